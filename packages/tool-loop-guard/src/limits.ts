import type { NumberRule, OptionRules } from '@holdfast/internal'
import { checkFields } from './check.ts'

/** At which count the guard warns, and at which it acts. The call at hand is included. */
export interface Limit {
  /** At most `block`. `Infinity` means never. */
  readonly warn: number
  readonly block: number
}

/** The counts at which each detector warns and acts. */
export interface Limits {
  /** Steps without progress in a row; a step is one answer of the model. At `block` the model is asked for its final answer. Default 12, 25. */
  readonly stepsWithoutProgress: Limit
  /** All steps since the user's last message, whatever they achieve. At `block` the model is asked for its final answer. Default 150, 200. */
  readonly steps: Limit
  /** The same call with the same result, and nothing new between. Default 3, 5. */
  readonly sameCall: Limit
  /** The same call with the same error, and nothing new between. Default 3, 4. */
  readonly sameError: Limit
  /** The same call with the same result, while other calls only read or wait. Default 6, 8. */
  readonly frequent: Limit
  /** The same call, if its answer says that something is still under way, or its tool is marked as a `poll`. Default 15, 30. */
  readonly poll: Limit
  /** A tool that fails in the same way, or has the same content, for different inputs in a row. Default 4, 6. */
  readonly sameAnswer: Limit
  /** A tool that finds nothing for different inputs in a row. Default 8, 14. */
  readonly emptyAnswer: Limit
  /** A check that fails in the same way, whatever is changed between. Default 10, 16. */
  readonly failingCheck: Limit
  /** Tools that do not exist, in a row. Default 2, 3. */
  readonly unknownTool: Limit
  /** The same words of the model while nothing new comes. Default 3, 4. */
  readonly sameText: Limit
}

/** Limits as an option: what you leave out keeps its default. */
export type LimitOptions = { readonly [K in keyof Limits]?: Partial<Limit> | undefined }

export const DEFAULT_LIMITS: Limits = {
  stepsWithoutProgress: { warn: 12, block: 25 },
  steps: { warn: 150, block: 200 },
  sameCall: { warn: 3, block: 5 },
  sameError: { warn: 3, block: 4 },
  frequent: { warn: 6, block: 8 },
  poll: { warn: 15, block: 30 },
  sameAnswer: { warn: 4, block: 6 },
  emptyAnswer: { warn: 8, block: 14 },
  failingCheck: { warn: 10, block: 16 },
  unknownTool: { warn: 2, block: 3 },
  sameText: { warn: 3, block: 4 },
}

/** @throws TypeError or RangeError that names the limit. */
export function checkLimits(option: string, given: LimitOptions | undefined, base: Limits): Limits {
  if (given === undefined) return base
  const rules = Object.fromEntries(Object.keys(base).map((name) => [name, checkLimit]))
  checkFields(option, given, rules as OptionRules<LimitOptions>)
  const limits: Record<string, Limit> = { ...base }
  for (const [name, value] of Object.entries(given)) {
    const own = limits[name] as Limit
    const { warn = own.warn, block = own.block } = value ?? {}
    // So that lowering `block` alone lowers `warn` with it.
    limits[name] = { warn: Math.min(warn, block), block }
  }
  return limits as unknown as Limits
}

function checkLimit(option: string, value: unknown): void {
  checkFields(option, value as Limit, { warn: COUNT, block: COUNT })
}

const COUNT: NumberRule = { min: 1 }
