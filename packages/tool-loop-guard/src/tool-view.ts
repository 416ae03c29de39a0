import { type Answer, namesPending, readAnswer } from './answer-kind.ts'
import { remember } from './bounded-map.ts'
import { type Canon, fingerprint } from './fingerprint.ts'
import type { Limits } from './limits.ts'
import {
  commandOf,
  type Effect,
  effectOfInput,
  effectOfName,
  isPrintCommand,
  isWaitCommand,
  sqlOf,
  wordsOf,
} from './tool-effect.ts'
import type { Policy } from './tool-policy.ts'
import {
  isIdentifierKey,
  isVolatileKey,
  withoutNames,
  withoutNumbers,
  withoutVolatile,
} from './volatile.ts'

// To plan, to hand over, and to wait is no work, however often it is acknowledged.
const NO_WORK =
  /(?:^|_)(?:plans?|todos?|handoff|hand_off|transfer_to|sleep|wait|noop|no_op|nothing)(?:_|$)/
const THINKS = /(?:^|_)(?:thinks?|thinking|thoughts?|reflect|reflection)(?:_|$)/
const WAITS = /(?:^|_)(?:sleep|wait|delay)(?:_|$)/

/** What a call asks for. */
interface Input {
  /** The same for calls that ask the same. */
  readonly key: number
  /** Whether it does nothing but let time pass, or print a text. */
  readonly isIdle: boolean
  readonly effect: Effect
  /** Whether the input names a state such as `pending`, so that the answer may name it without waiting for anything. */
  readonly namesState: boolean
}

/** What an output is compared by, and what it says. */
export interface Output extends Answer {
  /** Whether it is no text. */
  readonly isBlank: boolean
  /** The same for results that are equal whatever the input was. */
  readonly result: number
  /**
   * The same for results of one call that differ only in what means nothing. That of the first result is the result itself,
   * which costs less.
   */
  readonly mark: (isFirst: boolean) => number
}

/** How the calls of one tool are compared. */
export class ToolView {
  readonly limits: Limits
  readonly isPoll: boolean
  readonly isExempt: boolean
  readonly isWork: boolean
  readonly #name: string
  readonly #policy: Policy
  readonly #effect: Effect
  readonly #isPause: boolean
  readonly #input: Canon
  readonly #gist: Canon

  constructor(name: string, policy: Policy) {
    const { limits, poll = false, exempt = false, ignored, readOnly } = policy
    const words = wordsOf(name)
    const joined = words.join('_')
    const isIgnored = cached((key) => ignored.has(key) || isVolatileKey(key))
    this.limits = limits
    this.isPoll = poll
    this.isExempt = exempt
    this.isWork = policy.work ?? !NO_WORK.test(joined)
    this.#name = name
    this.#policy = policy
    this.#isPause = WAITS.test(joined)
    if (THINKS.test(joined)) this.#effect = 'none'
    else if (readOnly === undefined) this.#effect = effectOfName(words)
    else this.#effect = readOnly ? 'reads' : 'changes'
    this.#input = { ignores: isIgnored, isLoose: true }
    this.#gist = {
      ignores: cached((key) => isIgnored(key) || isIdentifierKey(key)),
      mask: withoutVolatile,
    }
  }

  /** What a call asks for. To wait is to wait, for however long, and to print a text is no work, whatever it says. */
  inputOf(input: unknown): Input {
    const command = commandOf(input)
    const statement = command ?? sqlOf(input)
    const line = typeof input === 'string' ? input : command
    const waits = this.#isPause || (line !== undefined && isWaitCommand(line))
    const isIdle = waits || (command !== undefined && isPrintCommand(command))
    const asked = isIdle ? 'idle' : this.#policy.normalizeInput(input)
    return {
      key: fingerprint([this.#name, asked], this.#input),
      isIdle,
      namesState: statement !== undefined && namesPending(statement),
      effect: waits ? 'waits' : isIdle ? 'none' : this.#effectOf(input, command),
    }
  }

  #effectOf(input: unknown, command: string | undefined): Effect {
    const byInput = this.#policy.readOnly === undefined ? effectOfInput(input, command) : 'unknown'
    return byInput === 'unknown' ? this.#effect : byInput
  }

  /** What an output is compared by, and what it says. */
  outputOf(output: unknown): Output {
    const compared = this.#policy.normalizeOutput(output)
    const answer = { ...readAnswer(output), isBlank: typeof output !== 'string' }
    if (answer.kind === 'failure' && typeof compared === 'string') {
      const mark = fingerprint(withoutNumbers(compared))
      return { ...answer, result: fingerprint(withoutNames(compared)), mark: () => mark }
    }
    const result = fingerprint(compared)
    return {
      ...answer,
      result,
      mark: (isFirst) => (isFirst ? result : fingerprint(compared, this.#gist)),
    }
  }
}

function cached(test: (key: string) => boolean): (key: string) => boolean {
  const known = new Map<string, boolean>()
  return (key) => known.get(key) ?? remember(known, key, test(key))
}
