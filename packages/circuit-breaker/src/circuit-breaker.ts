import type { Permit, Policy } from '@holdfast/internal'
import type { CircuitState } from './circuit.ts'
import type { CircuitBreakerChanges } from './options.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'

/** A policy that stops calling what keeps failing. */
export interface CircuitBreaker extends Policy {
  readonly name: string
  /** Right for the time at which it is read. Of an isolated circuit `open`. */
  readonly state: CircuitState
  /**
   * The two-step form: leave for one call, to be settled exactly once.
   * @throws CircuitOpenError
   */
  acquire(): Permit
  stats(): CircuitBreakerStats
  /** Changes settings at once, also of a circuit that is open. What is not named stays. */
  update(changes: CircuitBreakerChanges): void
  /** Opens the circuit now, for one cooldown or for `forMs`. The reason becomes the `cause` of the rejections. */
  open(reason?: unknown, options?: { readonly forMs?: number | undefined }): void
  /** Closes the circuit now and forgets what it has counted. */
  close(): void
  /** Rejects every call until each handle that was taken is released; the circuit is then in the state it has come to. */
  isolate(reason?: unknown): Isolation
  /** Lets every call pass that no isolation holds. The circuit goes on measuring and changing state, and so shows what it would do. */
  disable(): void
  /** Lets the state decide again. */
  enable(): void
  /** The circuit as JSON. Isolations are handles of this process, and not in it. */
  snapshot(): CircuitBreakerSnapshot
  /**
   * Takes the place of the present state. In-flight calls then mean nothing to it.
   * @throws TypeError or RangeError naming the field that is wrong; the circuit is left as it was.
   */
  restore(snapshot: CircuitBreakerSnapshot): void
}

/** Holds a circuit open until it is released. */
export interface Isolation {
  /** A second time does nothing. */
  release(): void
  [Symbol.dispose](): void
}

/** What a breaker has seen since it was made, and how it stands. */
export interface CircuitBreakerStats {
  /** A number that tells breakers of the same name apart. Events have it too. */
  readonly instance: number
  readonly state: CircuitState
  /** When it came to this state, on the breaker's clock. */
  readonly since: number
  /** Of an open circuit, milliseconds until a probe may go. */
  readonly retryAfterMs: number | undefined
  /** How many probes are out. */
  readonly probes: number
  readonly isolated: boolean
  readonly enabled: boolean
  /** Completed calls, whichever state let them through. */
  readonly successes: number
  readonly failures: number
  readonly ignored: number
  /** How many of them took `slowCallMs` or longer. */
  readonly slow: number
  /** How many of them an earlier state had let through, so that they changed nothing. */
  readonly stale: number
  readonly rejected: number
  /** How often it has opened. */
  readonly openings: number
}
