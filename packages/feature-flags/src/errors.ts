import { brand, isBranded } from '@holdfast/internal'

/** A position in a text. Both numbers count from 1. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** The data of a source are invalid: they cannot be parsed, name an unknown flag, or have a value that does not fit. */
export class FlagDataError extends Error {
  override readonly name: string = 'FlagDataError'
  readonly code = 'FLAG_DATA'
  /** The flag that is affected, if it is one. */
  readonly flag: string | undefined
  /** The position in the text, if it is known. */
  readonly position: TextPosition | undefined

  constructor(message: string, { flag, position, cause }: FlagDataErrorOptions = {}) {
    super(position ? `${message} (line ${position.line}, column ${position.column})` : message, {
      cause,
    })
    this.flag = flag
    this.position = position
    brand(this, 'FlagDataError')
  }

  /** Whether it is a `FlagDataError`, also one of another copy of this package. */
  static isInstance(error: unknown): error is FlagDataError {
    return isBranded(error, 'FlagDataError')
  }
}

/** Details of a {@link FlagDataError}. */
export interface FlagDataErrorOptions {
  readonly flag?: string | undefined
  readonly position?: TextPosition | undefined
  readonly cause?: unknown
}
