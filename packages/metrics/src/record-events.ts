import type { HoldfastEvent } from '@holdfast/internal'
import type { Registry } from './metrics.ts'
import { type BedrockFacts, recordBedrock } from './record/bedrock.ts'
import { type CallbackFacts, recordCallbacks } from './record/callback.ts'
import { type CircuitBreakerFacts, recordCircuitBreakers } from './record/circuit-breaker.ts'
import { type FeatureFlagFacts, recordFeatureFlags } from './record/feature-flags.ts'
import { type LimiterFacts, recordLimiters } from './record/limiter.ts'
import { type PipelineFacts, recordPipelines } from './record/pipeline.ts'
import type { Recorder } from './record/recorder.ts'
import { type RetryFacts, recordRetries } from './record/retry.ts'
import { recordToolLoopGuards, type ToolLoopGuardFacts } from './record/tool-loop-guard.ts'

/** What of the packages' events is recorded, by the fields that are read. Other events are ignored. */
export type RecordedEvent =
  | BedrockFacts
  | CallbackFacts
  | CircuitBreakerFacts
  | FeatureFlagFacts
  | LimiterFacts
  | PipelineFacts
  | RetryFacts
  | ToolLoopGuardFacts

/** Options of {@link recordEvents}. */
export interface RecordEventsOptions {
  /** Upper bounds of `limiter_queue_wait_seconds`, in seconds. Default 0.001 to 60. */
  readonly queueWaitBuckets?: readonly number[] | undefined
}

/**
 * Makes an observer that turns the events of any Holdfast package into metrics, for every `onEvent` of yours. It never
 * throws, and ignores what it does not know. Which metrics there are, the README tells.
 *
 * The registry's `maxSeriesPerMetric` bounds what names, flags and models may come to.
 *
 * @throws RangeError when the registry has another metric under one of their names, or the buckets are wrong.
 *
 * @example
 * const onEvent = recordEvents(registry)
 * const limiter = createLimiter({ name: 'search', onEvent })
 */
export function recordEvents(
  registry: Registry,
  { queueWaitBuckets }: RecordEventsOptions = {},
): (event: HoldfastEvent) => void {
  const recorder: Recorder<RecordedEvent> = {
    ...recordBedrock(registry),
    ...recordCallbacks(registry),
    ...recordCircuitBreakers(registry),
    ...recordFeatureFlags(registry),
    ...recordLimiters(registry, queueWaitBuckets),
    ...recordPipelines(registry),
    ...recordRetries(registry),
    ...recordToolLoopGuards(registry),
  }
  // A type may be called as something that every object has.
  const handlers = new Map<string, (event: never) => void>(Object.entries(recorder))

  return (event) => {
    try {
      const handle = handlers.get(event.type) as ((event: HoldfastEvent) => void) | undefined
      handle?.(event.name === undefined ? { ...event, name: '' } : event)
    } catch {
      // No event of ours, though it has the type of one: a field is missing, or no number.
    }
  }
}
