import type { CircuitBreakerEvent } from '@holdfast/circuit-breaker'
import type { FlagsEvent } from '@holdfast/feature-flags'
import type { AdminEvent } from '@holdfast/feature-flags/admin'
import type { LimiterEvent } from '@holdfast/limiter'
import type { FallbackEvent, FallbackToEvent, TimeoutEvent } from '@holdfast/pipeline'
import type { RetryEvent } from '@holdfast/retry'
import { expectTypeOf, test } from 'vitest'
import type { HoldfastEvent, MetricsEvent, RecordedEvent, recordEvents } from './index.ts'

type PackageEvent =
  | AdminEvent
  | CircuitBreakerEvent
  | FallbackEvent
  | FallbackToEvent
  | FlagsEvent
  | LimiterEvent
  | RetryEvent
  | TimeoutEvent

/** Those of packages that this one does not know. */
type Elsewhere = 'bedrock.stream-interrupted' | 'bedrock.tokens-used' | 'tool-loop-guard.triggered'

/** Those that are ignored. */
type NotRecorded =
  | 'callback.failed'
  | 'feature-flags.listener-failed'
  | 'feature-flags.listener-loop'

test('an observer takes the events of every package', () => {
  expectTypeOf<PackageEvent | MetricsEvent>().toExtend<HoldfastEvent>()
  expectTypeOf<ReturnType<typeof recordEvents>>().toExtend<(event: PackageEvent) => void>()
})

test('what is read of an event is in the event, and every event is recorded or known not to be', () => {
  type Read = Exclude<PackageEvent, { type: NotRecorded }>
  expectTypeOf<Read>().toExtend<RecordedEvent>()
  expectTypeOf<PackageEvent['type'] | Elsewhere>().toEqualTypeOf<
    RecordedEvent['type'] | NotRecorded
  >()
})
