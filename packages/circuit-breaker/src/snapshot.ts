import { checkNumber, refusal } from '@holdfast/internal'
import type { CircuitState } from './circuit.ts'

/**
 * A circuit as JSON, to be restored in another process, or later in this one. Times are milliseconds since 1970, since
 * each process has a clock of its own.
 */
export interface CircuitBreakerSnapshot {
  readonly version: 1
  readonly state: CircuitState
  /** When it came to this state. */
  readonly since: number
  /** Of an open circuit, when its first probe may go; `null` is never. */
  readonly until?: number | null | undefined
  /** How often it has opened since it was last closed, but for the first time. */
  readonly reopenings?: number | undefined
  /** Of a closed circuit, what its window remembers. */
  readonly window?: unknown
}

const STATES: readonly unknown[] = ['closed', 'open', 'half-open'] satisfies CircuitState[]

/**
 * @param value - Anything: it came from outside.
 * @throws TypeError or RangeError naming the field that is wrong.
 */
export function checkSnapshot(value: unknown): CircuitBreakerSnapshot {
  if (typeof value !== 'object' || value === null) throw refusal('snapshot', value, 'an object')
  const snapshot = value as CircuitBreakerSnapshot
  const { version, state, since, until, reopenings = 0 } = snapshot
  if (version !== 1) throw refusal('snapshot.version', version, '1')
  if (!STATES.includes(state)) throw refusal('snapshot.state', state, `one of ${STATES.join(', ')}`)
  checkNumber('snapshot.since', since, { min: 0, max: MAX_EPOCH_MS })
  checkNumber('snapshot.reopenings', reopenings, { min: 0, max: 2 ** 53, integer: true })
  const known = until !== null && (state === 'open' || until !== undefined)
  if (known) checkNumber('snapshot.until', until, { min: since })
  return snapshot
}

/** The last instant that a `Date` can hold. No count reaches it either. */
const MAX_EPOCH_MS = 8.64e15

/**
 * The numbers that a window saved under a name; none when there are none.
 * @throws TypeError when there is something else.
 */
export function savedNumbers(saved: unknown, name: string): readonly number[] {
  const numbers = (saved as Readonly<Record<string, unknown>> | null | undefined)?.[name] ?? []
  const isOne = (value: unknown) => typeof value === 'number' && value >= 0 && value <= MAX_EPOCH_MS
  if (Array.isArray(numbers) && numbers.every(isOne)) return numbers
  const allowed = `an array of numbers from 0 to ${MAX_EPOCH_MS}`
  throw refusal(`snapshot.window.${name}`, numbers, allowed)
}
