import { checkNumber, refusal } from '@holdfast/internal'
import { checkObject } from './check.ts'

/** At how many to warn, and at how many to act. The call at hand counts. */
export interface Limit {
  readonly warn: number
  readonly block: number
}

/** How much of each is too much. `warn` is at most `block`. */
export interface Limits {
  /** Answers of the model: at `block` it is asked for its last. Default 12, 25. */
  readonly steps: Limit
  /** The same call, with the same result or none known, in a row. Default 3, 5. */
  readonly sameCall: Limit
  /** The same call with the same error, in a row. Default 2, 3. */
  readonly sameError: Limit
  /** The same, of a tool that waits for something (`poll`). Default 15, 30. */
  readonly poll: Limit
  /**
   * Passes through the same few steps, two to six, with the same results, of which a part counts as a part. Default 2, 2.1:
   * with the first step of the third pass.
   */
  readonly cycle: Limit
  /** The same call with the same result, whatever was between. Default 5, 7. */
  readonly frequent: Limit
  /** A tool that gives the same answer, or the same error, to other inputs, in a row. Default 3, 5. */
  readonly sameAnswer: Limit
  /** The same, when the answer is an empty one. Default 6, 10. */
  readonly emptyAnswer: Limit
  /** Tools that there are not, in a row. Default 2, 3. */
  readonly unknownTool: Limit
  /** The same words of the model without progress between. Default 3, 4. */
  readonly sameText: Limit
}

/** Limits as they are given: what is left out is as the default has it; `Infinity` for never. */
export type LimitOptions = { readonly [K in keyof Limits]?: Partial<Limit> | undefined }

/** Chosen on the traces in `test/traces`, for every loop to be found and no healthy run to be stopped. */
export const DEFAULT_LIMITS: Limits = {
  steps: { warn: 12, block: 25 },
  sameCall: { warn: 3, block: 5 },
  sameError: { warn: 2, block: 3 },
  poll: { warn: 15, block: 30 },
  cycle: { warn: 2, block: 2.1 },
  frequent: { warn: 5, block: 7 },
  sameAnswer: { warn: 3, block: 5 },
  emptyAnswer: { warn: 6, block: 10 },
  unknownTool: { warn: 2, block: 3 },
  sameText: { warn: 3, block: 4 },
}

/** @throws TypeError or RangeError naming the limit that is wrong. */
export function checkLimits(option: string, given: LimitOptions | undefined, base: Limits): Limits {
  if (given === undefined) return base
  const options = checkObject(option, given)
  const limits: Record<string, Limit> = { ...base }
  for (const name of Object.keys(options)) {
    const limit = Object.hasOwn(base, name) ? limits[name] : undefined
    if (limit === undefined) {
      throw refusal(option, name, `limits of ${Object.keys(base).join(', ')}`, RangeError)
    }
    const place = `${option}.${name}`
    const { warn = limit.warn, block = limit.block } = checkObject(
      place,
      options[name as keyof Limits],
    )
    checkNumber(`${place}.warn`, warn, { min: 1 })
    checkNumber(`${place}.block`, block, { min: 1 })
    // Else one that lowers `block` alone would have to lower both.
    limits[name] = { warn: Math.min(warn, block), block }
  }
  return limits as unknown as Limits
}
