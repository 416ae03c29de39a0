import { type CallbackFailedEvent, guardCallback, type OptionRules } from '@holdfast/internal'
import { checkFields, checkTexts } from './check.ts'
import { checkLimits, type LimitOptions, type Limits } from './limits.ts'

/** What the guard is told of one tool. */
export interface ToolPolicy {
  /** It waits for something, so that the same call may have the same result for longer: `limits.poll` applies. Default false. */
  readonly poll?: boolean | undefined
  /** No detector looks at it. Steps and budgets still count it. Default false. */
  readonly exempt?: boolean | undefined
  /**
   * Whether its calls leave the world as it is. A call of a tool that reads does not excuse repeating another call. Default:
   * guessed from the tool's name, the HTTP method, the SQL, or the shell command.
   */
  readonly readOnly?: boolean | undefined
  /** Limits of this tool. Default: those of the guard. */
  readonly limits?: LimitOptions | undefined
  /** Keys of inputs and outputs that mean nothing, besides those of request ids and times. */
  readonly ignoreKeys?: readonly string[] | undefined
  /** What an input is compared as. If it throws, the input itself is compared. */
  readonly normalizeInput?: ((input: unknown) => unknown) | undefined
  /** What an output is compared as. If it throws, the output itself is compared. */
  readonly normalizeOutput?: ((output: unknown) => unknown) | undefined
  /**
   * Whether a short answer, such as `ok`, to a new input is progress. Default: yes, except for tools whose names tell of
   * plans, to-do lists, hand-overs, and waiting.
   */
  readonly work?: boolean | undefined
}

/** A policy with its defaults. */
export interface Policy {
  readonly poll?: boolean | undefined
  readonly exempt?: boolean | undefined
  readonly readOnly?: boolean | undefined
  readonly work?: boolean | undefined
  readonly limits: Limits
  readonly ignored: ReadonlySet<string>
  readonly normalizeInput: (input: unknown) => unknown
  readonly normalizeOutput: (output: unknown) => unknown
}

/** Reports that a callback failed: its option and what it threw. */
export type Report = (callback: string, error: CallbackFailedEvent['error']) => void

/** @throws TypeError or RangeError that names the option. */
export function checkPolicy(
  option: string,
  policy: ToolPolicy,
  limits: Limits,
  report: Report,
): Policy {
  checkFields(option, policy, RULES)
  return {
    ...policy,
    limits: checkLimits(`${option}.limits`, policy.limits, limits),
    ignored: checkTexts(`${option}.ignoreKeys`, policy.ignoreKeys),
    normalizeInput: guardCallback('normalizeInput', policy.normalizeInput, same, report),
    normalizeOutput: guardCallback('normalizeOutput', policy.normalizeOutput, same, report),
  }
}

const same = (value: unknown): unknown => value

const RULES = {
  poll: 'boolean',
  exempt: 'boolean',
  readOnly: 'boolean',
  limits: 'any',
  ignoreKeys: 'any',
  normalizeInput: 'function',
  normalizeOutput: 'function',
  work: 'boolean',
} satisfies OptionRules<ToolPolicy>
