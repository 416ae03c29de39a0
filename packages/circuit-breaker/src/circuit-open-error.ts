import { brand, isBranded } from '@holdfast/internal'

/** The call was not made: the circuit is open, or half-open with its probes out. */
export class CircuitOpenError extends Error {
  override readonly name: string = 'CircuitOpenError'
  readonly code = 'CIRCUIT_OPEN'
  readonly statusCode = 503
  /** The name of the circuit breaker. */
  readonly circuit: string
  /** Milliseconds until a probe may go; `undefined` while probes are out, since nobody knows. */
  readonly retryAfterMs: number | undefined

  /** @param cause - The failure that opened the circuit. */
  constructor(circuit: string, retryAfterMs: number | undefined, cause: unknown) {
    const when =
      retryAfterMs === undefined
        ? 'a probe is under way'
        : `next probe in ${Math.ceil(retryAfterMs)} ms`
    super(`Circuit ${JSON.stringify(circuit)} is open: ${when}`, { cause })
    this.circuit = circuit
    this.retryAfterMs = retryAfterMs
    brand(this, 'CircuitOpenError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is CircuitOpenError {
    return isBranded(error, 'CircuitOpenError')
  }
}
