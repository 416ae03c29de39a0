import { checkNumber, refusal } from '@holdfast/internal'
import type { Finding } from './detector.ts'
import type { Usage } from './tool-loop-error.ts'

/** What a run may use: a warning at three quarters of it, the last answer when it is used up. Default of each: no bound. */
export interface BudgetOptions {
  /** Tool calls. */
  readonly calls?: number | undefined
  /** Of any one tool. */
  readonly callsPerTool?: number | undefined
  readonly tokens?: number | undefined
  /** In the unit in which `turn` is told of it. */
  readonly cost?: number | undefined
  /** From the guard's making. */
  readonly wallMs?: number | undefined
}

const NAMES = ['calls', 'callsPerTool', 'tokens', 'cost', 'wallMs'] as const

/** @throws TypeError or RangeError naming the budget that is wrong. */
export function checkBudgets(budgets: BudgetOptions = {}): BudgetOptions {
  if (Object(budgets) !== budgets) throw refusal('budgets', budgets, 'an object')
  for (const name of NAMES) {
    const value = budgets[name]
    if (value !== undefined) checkNumber(`budgets.${name}`, value, { min: Number.MIN_VALUE })
  }
  return budgets
}

/** What has been used, and of the tool at hand how many calls. */
export interface Used extends Usage {
  readonly callsPerTool: number
}

/** The budget that is used up most, when it is three quarters or more. */
export function scarcest(
  budgets: BudgetOptions,
  used: Used,
): (Finding & { readonly budget: string }) | undefined {
  let found: (Finding & { readonly budget: string }) | undefined
  for (const budget of NAMES) {
    const bound = budgets[budget] ?? Infinity
    const count = used[budget]
    const limit = { warn: 0.75 * bound, block: bound }
    const isScarcer = count / bound > (found ? found.count / found.limit.block : 0)
    if (count >= limit.warn && isScarcer) found = { budget, count, limit }
  }
  return found
}
