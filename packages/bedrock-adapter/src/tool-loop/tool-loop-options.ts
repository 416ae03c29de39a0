import type { BedrockRuntimeClient, ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import {
  type Clock,
  checkFunction,
  checkFunctions,
  checkNumber,
  MAX_TIMER_MS,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { createToolLoopGuard, type ToolLoopGuard } from '@holdfast/tool-loop-guard'
import { isObject } from './json-schema/json.ts'
import type { ToolSettings } from './run-tool.ts'
import type { ToolDefinitions } from './tool-definition.ts'
import { createToolSet } from './tool-set.ts'
import type { ToolLoopUsage } from './usage.ts'

/** Options of `runToolLoop`. Validated at its start, the tools and their schemas too. */
export interface ToolLoopOptions<Input extends object = ConverseCommandInput> {
  /** The SDK's client, or better, one from `withResilience`: the loop itself retries nothing. */
  readonly client: Pick<BedrockRuntimeClient, 'send'>
  /**
   * What is asked in each step, with the messages to begin with; it is not changed. `toolConfig.tools` is made from `tools`;
   * what else is in it, such as a cache point, stays. `toolConfig.toolChoice` is for the first request only.
   */
  readonly input: Input
  readonly tools: ToolDefinitions
  /** Default: a `createToolLoopGuard()` for this run. */
  readonly guard?: ToolLoopGuard | undefined
  /** Ends the run, its request and its tools. */
  readonly signal?: AbortSignal | undefined
  /** How many tools of one answer may run at once. Default 8. */
  readonly toolConcurrency?: number | undefined
  /** How long a tool may take that sets no limit of its own, in milliseconds. Default 60 000. */
  readonly toolTimeoutMs?: number | undefined
  /** What an answer costs, in the unit of the guard's `budgets.cost`. */
  readonly cost?: ((usage: ToolLoopUsage) => number) | undefined
  readonly clock?: Clock | undefined
}

/** The options with their defaults. */
export interface LoopSettings extends ToolSettings {
  readonly client: ToolLoopOptions['client']
  readonly input: ConverseCommandInput
  readonly guard: ToolLoopGuard
  readonly signal: AbortSignal | undefined
  readonly toolConcurrency: number
  readonly cost: ToolLoopOptions['cost']
}

/** @throws RangeError or TypeError naming the option or the tool that is wrong. */
export function checkToolLoopOptions(options: ToolLoopOptions<object>): LoopSettings {
  const {
    client,
    input,
    tools,
    signal,
    toolConcurrency = 8,
    toolTimeoutMs = 60_000,
    cost,
    clock = systemClock,
  } = options
  checkFunction('client.send', client?.send)
  if (!isObject(input)) throw refusal('input', input, 'the input of a ConverseCommand')
  checkNumber('toolConcurrency', toolConcurrency, { min: 1, integer: true })
  checkNumber('toolTimeoutMs', toolTimeoutMs, { min: 1, max: MAX_TIMER_MS })
  checkFunctions(options, 'cost')
  const request = input as object as ConverseCommandInput
  const toolSet = createToolSet(tools, request.toolConfig)
  const guard = options.guard ?? createToolLoopGuard({ knownTools: toolSet.names, clock })
  checkFunction('guard.before', guard.before)
  return {
    client,
    input: request,
    guard,
    signal,
    toolConcurrency,
    toolTimeoutMs,
    cost,
    clock,
    toolSet,
  }
}
