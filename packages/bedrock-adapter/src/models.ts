import type {
  ConverseCommandInput,
  ConverseStreamCommandInput,
  InvokeModelCommandInput,
  InvokeModelWithResponseStreamCommandInput,
} from '@aws-sdk/client-bedrock-runtime'
import { checkFunction } from '@holdfast/internal'
import { DEFAULT_MODELS, defaultChainFor } from './model-data.ts'

/** The input of a command that goes through the layers. */
export type ModelInput =
  | ConverseCommandInput
  | ConverseStreamCommandInput
  | InvokeModelCommandInput
  | InvokeModelWithResponseStreamCommandInput

/** A model to fall back on, with what its input needs. */
export interface ModelCandidate {
  /** A model id, an inference profile's id or an ARN. */
  readonly modelId: string
  /** Makes the input fit the model. It gets a copy to change or replace; `modelId` is set for you. Default: as it is. */
  transform?(input: ModelInput): ModelInput
}

/**
 * Which models a command may be answered by, in order: the one it names and those behind it in the list. A model that
 * is not in the list has no fallback. A command that names none gets the whole list.
 */
export type ModelList = (modelId: string | undefined) => readonly ModelCandidate[]

/** @throws TypeError when the list is not one of model ids and candidates. */
export function createModelList(
  models: readonly (string | ModelCandidate)[] | undefined,
): ModelList {
  if (models === undefined) return defaultModelsFor
  if (!Array.isArray(models) || models.length === 0) {
    throw new TypeError('`models` must be an array of at least one model')
  }
  const list = models.map(checkModel)
  return (modelId) => (modelId === undefined ? list : behind(modelId, list))
}

function checkModel(model: string | ModelCandidate, index: number): ModelCandidate {
  const candidate = typeof model === 'string' ? { modelId: model } : model
  if (typeof candidate?.modelId !== 'string' || candidate.modelId === '') {
    throw new TypeError(`\`models[${index}]\` must be a model id or { modelId, transform? }`)
  }
  if (candidate.transform !== undefined)
    checkFunction(`models[${index}].transform`, candidate.transform)
  return candidate
}

/** The default chain from the model that is asked for. */
function defaultModelsFor(modelId?: string): readonly ModelCandidate[] {
  const chain = modelId === undefined ? DEFAULT_MODELS : defaultChainFor(modelId)
  return chain.map((model) => ({ modelId: model }))
}

function behind(modelId: string, list: readonly ModelCandidate[]): readonly ModelCandidate[] {
  const index = list.findIndex((candidate) => candidate.modelId === modelId)
  return index < 0 ? [{ modelId }] : list.slice(index)
}

/** The input for a candidate. The caller's own is left as it is. */
export function inputFor(candidate: ModelCandidate, input: ModelInput): ModelInput {
  const transformed = candidate.transform?.({ ...input }) ?? input
  return { ...transformed, modelId: candidate.modelId }
}
