import { brand, isBranded } from '@holdfast/internal'
import type { CircuitState } from './circuit.ts'

/** Why and since when a circuit lets no calls through. */
export interface CircuitOpenErrorOptions {
  readonly state: CircuitState
  readonly since: number
  readonly retryAfterMs?: number | undefined
  readonly cause?: unknown
}

/**
 * The call was not made: the circuit is open, or half-open with its probes out. It comes without a stack trace, so that
 * turning calls away costs next to nothing: the circuit's name says where.
 */
export class CircuitOpenError extends Error {
  override readonly name: string = 'CircuitOpenError'
  readonly code = 'CIRCUIT_OPEN'
  readonly statusCode = 503
  /** `@holdfast/retry` does not retry it by default: waiting is the caller's choice. */
  readonly retryable = false
  /** The name of the circuit breaker. */
  readonly circuit: string
  /** `open`, or `half-open`: as many probes are out as may. */
  readonly state: CircuitState
  /** When the circuit came to this state, on the breaker's clock. */
  readonly since: number
  /** Milliseconds until a probe may go; `undefined` while nobody knows: probes are out, or the circuit is isolated. */
  readonly retryAfterMs: number | undefined

  /** The option `cause` is the failure that opened the circuit, or the reason that was given by hand. */
  constructor(circuit: string, { state, since, retryAfterMs, cause }: CircuitOpenErrorOptions) {
    super(`Circuit ${JSON.stringify(circuit)} is ${standing(state, retryAfterMs)}`, { cause })
    this.circuit = circuit
    this.state = state
    this.since = since
    this.retryAfterMs = retryAfterMs
    brand(this, 'CircuitOpenError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is CircuitOpenError {
    return isBranded(error, 'CircuitOpenError')
  }
}

function standing(state: CircuitState, retryAfterMs: number | undefined): string {
  if (state === 'half-open') return 'half-open, and its probes are out'
  return retryAfterMs === undefined
    ? 'isolated'
    : `open: next probe in ${Math.ceil(retryAfterMs)} ms`
}
