import { checkFunction, refusal } from '@holdfast/internal'
import { checkObject, checkTexts } from './check.ts'
import { checkLimits, type LimitOptions, type Limits } from './limits.ts'

/** What holds for one tool. */
export interface ToolPolicy {
  /** It waits for something: the same call with the same result is fine for longer (`limits.poll`). */
  readonly poll?: boolean | undefined
  /** No detector looks at it. Budgets and steps count it all the same. */
  readonly exempt?: boolean | undefined
  /** In place of the guard's. */
  readonly limits?: LimitOptions | undefined
  /** Keys of input and output that mean nothing, besides those of request ids and times. */
  readonly ignoreKeys?: readonly string[] | undefined
  /** What an input is compared as: one that throws is as good as none. */
  readonly normalizeInput?: ((input: unknown) => unknown) | undefined
  /** What an output is compared as. */
  readonly normalizeOutput?: ((output: unknown) => unknown) | undefined
  /**
   * Whether the tool does work that counts even when it is acknowledged in the same words. Default: yes, but for tools whose
   * names tell of plans, to-do lists, hand-overs and waiting.
   */
  readonly work?: boolean | undefined
}

/** A policy as it is looked at. */
export interface Policy extends Omit<ToolPolicy, 'limits' | 'ignoreKeys'> {
  readonly limits: Limits
  readonly ignored: ReadonlySet<string>
}

/** @throws TypeError or RangeError naming what of the policy is wrong. */
export function checkPolicy(option: string, policy: ToolPolicy, limits: Limits): Policy {
  const checked = checkObject(option, policy)
  for (const name of ['poll', 'exempt', 'work'] as const) {
    const value: unknown = checked[name]
    if (value !== undefined && typeof value !== 'boolean') {
      throw refusal(`${option}.${name}`, value, 'true or false')
    }
  }
  for (const name of ['normalizeInput', 'normalizeOutput'] as const) {
    if (checked[name] !== undefined) checkFunction(`${option}.${name}`, checked[name])
  }
  return {
    ...checked,
    limits: checkLimits(`${option}.limits`, checked.limits, limits),
    ignored: checkTexts(`${option}.ignoreKeys`, checked.ignoreKeys),
  }
}
