import { brand, isBranded } from './error-brand.ts'

/** The operation took longer than it was given. */
export class TimeoutError extends Error {
  override readonly name: string = 'TimeoutError'
  readonly code = 'TIMEOUT'
  /** What it was given, in milliseconds. */
  readonly timeoutMs: number

  constructor(timeoutMs: number) {
    super(`Timed out after ${timeoutMs} ms`)
    this.timeoutMs = timeoutMs
    brand(this, 'TimeoutError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is TimeoutError {
    return isBranded(error, 'TimeoutError')
  }
}
