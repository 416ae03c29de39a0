import { checkNumber } from '@holdfast/internal'
import { checkObject } from './check.ts'
import type { Limit } from './limits.ts'

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

/** One of them, as it is looked at. */
export interface Budget {
  readonly name: (typeof NAMES)[number]
  readonly limit: Limit
}

/** @throws TypeError or RangeError naming the budget that is wrong. */
export function checkBudgets(options: BudgetOptions | undefined): readonly Budget[] {
  const given = checkObject('budgets', options)
  return NAMES.flatMap((name) => {
    if (given[name] === undefined) return []
    const block = checkNumber(`budgets.${name}`, given[name], { min: Number.MIN_VALUE })
    return { name, limit: { warn: block * WARNS_AT, block } }
  })
}

const WARNS_AT = 0.75
