import type { NumberRule, OptionRules } from '@holdfast/internal'
import { checkFields } from './check.ts'
import type { Limit } from './limits.ts'

/**
 * What a run may use. The guard warns at 75 % of a budget, and asks for the final answer when it is used up. Default of each:
 * no bound.
 */
export interface BudgetOptions {
  /** Tool calls. */
  readonly calls?: number | undefined
  /** Calls of any one tool. */
  readonly callsPerTool?: number | undefined
  readonly tokens?: number | undefined
  /** In the unit of the costs that you pass to `turn`. */
  readonly cost?: number | undefined
  /** Time since the guard was created, in milliseconds. */
  readonly wallMs?: number | undefined
}

/** A budget and its limit. */
export interface Budget {
  readonly name: keyof BudgetOptions
  readonly limit: Limit
}

const RULE: NumberRule = { min: Number.MIN_VALUE }
const RULES = {
  calls: RULE,
  callsPerTool: RULE,
  tokens: RULE,
  cost: RULE,
  wallMs: RULE,
} satisfies OptionRules<BudgetOptions>

/** @throws TypeError or RangeError that names the budget. */
export function checkBudgets(options: BudgetOptions = {}): readonly Budget[] {
  checkFields('budgets', options, RULES)
  return (Object.keys(RULES) as (keyof BudgetOptions)[]).flatMap((name) => {
    const block = options[name]
    return block === undefined ? [] : { name, limit: { warn: block * WARNS_AT, block } }
  })
}

const WARNS_AT = 0.75
