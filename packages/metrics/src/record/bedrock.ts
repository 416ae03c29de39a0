import type { Registry } from '../metrics.ts'
import type { Recorder } from './recorder.ts'

/** Of `@holdfast/bedrock-adapter` itself; what its layers tell is theirs. `name` is the model. */
export type BedrockFacts = { readonly name: string } & (
  | { readonly type: 'bedrock.stream-interrupted'; readonly reason: string }
  | {
      readonly type: 'bedrock.tokens-used'
      readonly inputTokens: number
      readonly outputTokens: number
      readonly cacheReadInputTokens?: number | undefined
      readonly cacheWriteInputTokens?: number | undefined
    }
)

export function recordBedrock(registry: Registry): Recorder<BedrockFacts> {
  const interrupted = registry.counter({
    name: 'bedrock_stream_interrupted_total',
    help: 'Streams that broke off after their first content had been handed out.',
    labels: ['model_id', 'reason'],
  })
  const tokens = registry.counter({
    name: 'bedrock_tokens_total',
    help: 'Tokens of the answers that tell of them. Input is without what the prompt cache gave or took.',
    labels: ['model_id', 'direction'],
  })
  const count = (model_id: string, direction: string, by: number | undefined): void => {
    if (by !== undefined) tokens.inc({ model_id, direction }, by)
  }
  return {
    'bedrock.stream-interrupted': ({ name, reason }) => interrupted.inc({ model_id: name, reason }),
    'bedrock.tokens-used': (event) => {
      count(event.name, 'input', event.inputTokens)
      count(event.name, 'output', event.outputTokens)
      count(event.name, 'cache_read', event.cacheReadInputTokens)
      count(event.name, 'cache_write', event.cacheWriteInputTokens)
    },
  }
}
