import { checkBooleans, checkFunctions, readProperty, refusal } from '@holdfast/internal'
import { type AnswerKind, answerKind } from './answer-kind.ts'
import { type Canon, fingerprint } from './fingerprint.ts'
import { checkLimits, type Limits } from './limits.ts'
import type { ToolPolicy } from './tool-policy.ts'
import { isVolatileKey, withoutVolatile } from './volatile.ts'

// To plan, to hand over and to wait is no work, however often it is acknowledged.
const NO_WORK = /(?:^|_)(?:plans?|todos?|handoff|hand_off|transfer_to|sleep|wait)(?:_|$)/
const WAITS = /(?:^|_)(?:sleep|wait|delay)(?:_|$)/
const SLEEP = /^ *(?:sleep|timeout|start-sleep)[\s\w.-]*$/i

/** What an output is compared by, and what it says. */
interface Output {
  readonly exact: number
  /** Without what changes each time and means nothing. */
  readonly gist: () => number
  readonly kind: AnswerKind
}

/** How the calls of one tool are looked at. */
export class ToolView {
  readonly limits: Limits
  readonly isPoll: boolean
  readonly isExempt: boolean
  readonly #name: string
  /** In words: `TodoWrite` is `todo_write`. */
  readonly #words: string
  readonly #policy: ToolPolicy
  readonly #input: Canon
  readonly #gist: Canon

  /** @throws TypeError or RangeError naming what of the policy is wrong. */
  constructor(name: string, policy: ToolPolicy, limits: Limits) {
    const option = `tools.${name}`
    if (Object(policy) !== policy) throw refusal(option, policy, 'an object')
    checkBooleans(policy, 'poll', 'exempt', 'work')
    checkFunctions(policy, 'normalizeInput', 'normalizeOutput')
    const { poll = false, exempt = false, ignoreKeys = [] } = policy
    if (!Array.isArray(ignoreKeys)) throw refusal(`${option}.ignoreKeys`, ignoreKeys, 'an array')
    const ignored = new Set<string>(ignoreKeys)
    const ignores = (key: string): boolean => ignored.has(key) || isVolatileKey(key)
    this.limits = checkLimits(`${option}.limits`, policy.limits, limits)
    this.isPoll = poll
    this.isExempt = exempt
    this.#name = name
    this.#words = name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replace(/\W/g, '_')
      .toLowerCase()
    this.#policy = policy
    this.#input = { ignores, isLoose: true }
    this.#gist = { ignores, text: withoutVolatile }
  }

  /** The same for calls that ask the same. To wait is to wait, for however long. */
  keyOf(input: unknown): number {
    const asked = this.isPause(input) ? 'wait' : normalized(this.#policy.normalizeInput, input)
    return fingerprint([this.#name, asked], this.#input)
  }

  /** Whether the call does nothing but let time pass. */
  isPause(input: unknown): boolean {
    if (WAITS.test(this.#words)) return true
    const command = typeof input === 'string' ? input : readProperty(input, 'command')
    return typeof command === 'string' && command.length < 40 && SLEEP.test(command)
  }

  /** What an output is compared by, and what it says. */
  outputOf(output: unknown): Output {
    const compared = normalized(this.#policy.normalizeOutput, output)
    const kind = answerKind(output)
    const isWork = this.#policy.work ?? !NO_WORK.test(this.#words)
    return {
      exact: fingerprint(compared),
      gist: () => fingerprint(compared, this.#gist),
      kind: kind === 'acknowledged' && !isWork ? 'telling' : kind,
    }
  }
}

function normalized(normalize: ((value: unknown) => unknown) | undefined, value: unknown): unknown {
  try {
    return normalize ? normalize(value) : value
  } catch {
    return value
  }
}
