import { advance, thrownBy } from '@holdfast/internal/testing'
import type { CircuitBreaker } from './circuit-breaker.ts'
import type { CircuitOpenError } from './circuit-open-error.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'
import type { CircuitBreakerOptions } from './options.ts'

export const down: Error = new Error('down')
export const failing = (): Promise<never> => Promise.reject(down)

/** A breaker, and what it tells. */
export interface Observed {
  readonly breaker: CircuitBreaker
  readonly events: CircuitBreakerEvent[]
  /** Its changes of state so far, as `open at 100`. */
  changes(): string[]
}

/** A breaker that one failure opens for 100 ms. */
export function fragile(options: CircuitBreakerOptions = {}): Observed {
  const events: CircuitBreakerEvent[] = []
  const breaker = createCircuitBreaker({
    openWhen: failureCount({ failures: 1 }),
    openForMs: 100,
    halfOpenTimeoutMs: 1000,
    onEvent: (event) => {
      if (event.type !== 'circuit-breaker.created') events.push(event)
    },
    ...options,
  })
  const changes = () =>
    events.flatMap((event) =>
      event.type === 'circuit-breaker.state-changed' ? [`${event.to} at ${event.at}`] : [],
    )
  return { breaker, events, changes }
}

/** A {@link fragile} one that has failed and cooled down: the next call is a probe. */
export async function halfOpen(options: CircuitBreakerOptions = {}): Promise<Observed> {
  const made = fragile(options)
  made.breaker.acquire().fail(down)
  await advance(100)
  return made
}

/** What the breaker turns a call away with. */
export const rejection = (breaker: CircuitBreaker): CircuitOpenError =>
  thrownBy(() => breaker.acquire()) as CircuitOpenError
