import { readProperty } from '@holdfast/internal'
import { type AnswerKind, answerKind } from './answer-kind.ts'
import { remember } from './bounded-map.ts'
import { type Canon, fingerprint } from './fingerprint.ts'
import type { Limits } from './limits.ts'
import type { Policy } from './tool-policy.ts'
import { isVolatileKey, withoutVolatile } from './volatile.ts'

// To plan, to hand over and to wait is no work, however often it is acknowledged.
const NO_WORK = /(?:^|_)(?:plans?|todos?|handoff|hand_off|transfer_to|sleep|wait)(?:_|$)/
const WAITS = /(?:^|_)(?:sleep|wait|delay)(?:_|$)/
// On Windows `timeout` waits; elsewhere it runs what follows.
const SLEEP = /^\s*(?:(?:start-)?sleep(?:\s[\s\w.-]*)?|timeout(?:\s+\/\w)*\s+\d+\s*)$/i
const MAX_COMMAND = 40

/** What a call asks. */
interface Input {
  /** The same for calls that ask the same. */
  readonly key: number
  /** Whether it does nothing but let time pass. */
  readonly isPause: boolean
}

/** What an output is compared by, and what it says. */
export interface Output {
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
  readonly #policy: Policy
  readonly #isWork: boolean
  readonly #isPause: boolean
  readonly #input: Canon
  readonly #gist: Canon

  constructor(name: string, policy: Policy) {
    const { limits, poll = false, exempt = false, ignored } = policy
    // `TodoWrite` is `todo_write`.
    const words = name
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replace(/\W/g, '_')
      .toLowerCase()
    const known = new Map<string, boolean>()
    const ignores = (key: string): boolean =>
      known.get(key) ?? remember(known, key, ignored.has(key) || isVolatileKey(key))
    this.limits = limits
    this.isPoll = poll
    this.isExempt = exempt
    this.#name = name
    this.#policy = policy
    this.#isWork = policy.work ?? !NO_WORK.test(words)
    this.#isPause = WAITS.test(words)
    this.#input = { ignores, isLoose: true }
    this.#gist = { ignores, mask: withoutVolatile }
  }

  /** What a call asks. To wait is to wait, for however long. */
  inputOf(input: unknown): Input {
    const isPause = this.#isPause || isSleep(input)
    const asked = isPause ? 'wait' : normalized(this.#policy.normalizeInput, input)
    return { key: fingerprint([this.#name, asked], this.#input), isPause }
  }

  /** What an output is compared by, and what it says. */
  outputOf(output: unknown): Output {
    const compared = normalized(this.#policy.normalizeOutput, output)
    const kind = answerKind(output)
    return {
      exact: fingerprint(compared),
      gist: () => fingerprint(compared, this.#gist),
      kind: kind === 'acknowledged' && !this.#isWork ? 'telling' : kind,
    }
  }
}

function isSleep(input: unknown): boolean {
  const command = typeof input === 'string' ? input : readProperty(input, 'command')
  return typeof command === 'string' && command.length < MAX_COMMAND && SLEEP.test(command)
}

function normalized(normalize: ((value: unknown) => unknown) | undefined, value: unknown): unknown {
  try {
    return normalize ? normalize(value) : value
  } catch {
    return value
  }
}
