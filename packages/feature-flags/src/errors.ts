import { brand, isBranded } from '@holdfast/internal'

/** Where in a text something is wrong; both count from 1. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** What a source says does not fit: it cannot be parsed, or names a flag or a value that there is not. */
export class FlagDataError extends Error {
  override readonly name: string = 'FlagDataError'
  readonly code = 'FLAG_DATA'
  /** The flag that it is about, when it is about one. */
  readonly flag: string | undefined
  readonly position: TextPosition | undefined

  constructor(message: string, { flag, position, cause }: FlagDataErrorOptions = {}) {
    super(position ? `${message} (line ${position.line}, column ${position.column})` : message, {
      cause,
    })
    this.flag = flag
    this.position = position
    brand(this, 'FlagDataError')
  }

  /** Knows instances of any copy of this package. */
  static isInstance(error: unknown): error is FlagDataError {
    return isBranded(error, 'FlagDataError')
  }
}

/** What is known of a {@link FlagDataError}. */
export interface FlagDataErrorOptions {
  readonly flag?: string | undefined
  readonly position?: TextPosition | undefined
  readonly cause?: unknown
}
