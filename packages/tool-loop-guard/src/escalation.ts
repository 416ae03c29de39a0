import { emit } from '@holdfast/internal'
import { remember } from './bounded-map.ts'
import { type Found, isWorthWarning } from './detectors/detectors.ts'
import type { Action, Evidence, Mode, Reason, Verdict } from './guard.ts'
import type { Step } from './history.ts'
import { messageFor } from './message.ts'
import type { Settings } from './options.ts'
import type { State, Streak } from './state.ts'

/** A verdict without its message, which may quote an error. */
export type Said =
  | { readonly action: 'allow' }
  | { readonly action: Exclude<Action, 'allow'>; readonly evidence: Evidence }

const ALLOW = /* @__PURE__ */ Object.freeze({ action: 'allow' })

/** In how many steps calls may be blocked; in the next one the model is asked for its final answer. */
const MAX_BLOCKS = 2
/** After so many steps without a call of its tool a warning is forgotten, as its calls are. */
const MAX_PAUSE = 64

/** Turns findings into verdicts: first a warning, then blocked calls, then the request for a final answer, then the stop. */
export class Escalation {
  mode: Mode
  readonly #settings: Settings
  readonly #state: State
  /** The last error of each tool. */
  readonly #errors = new Map<string, string>()

  constructor(mode: Mode, settings: Settings, state: State) {
    this.mode = mode
    this.#settings = settings
    this.#state = state
  }

  /** The evidence of the last verdict other than `allow`. */
  get evidence(): Evidence {
    const { last, steps } = this.#state
    return last ?? evidenceOf({ name: 'steps', count: steps, limit: this.#settings.limits.steps })
  }

  /** Ends a step. A warning is in force until the tool is called for something else. */
  endStep({ calls }: Step): void {
    const { steps, stepsWithoutProgress, streaks } = this.#state
    this.#state.streaks = streaks.filter(({ detector, tool, at }) => {
      if (detector === 'no-progress') return stepsWithoutProgress > 0
      if (at === steps || isOfRun(detector)) return true
      return (
        tool !== undefined && at > steps - MAX_PAUSE && !calls.some((call) => call.tool === tool)
      )
    })
  }

  /** Starts anew after a message of the user. Budgets go on. */
  reset(): void {
    const state = this.#state
    state.blocks.count = 0
    state.finishedAt = 0
    state.streaks = state.streaks.filter(({ detector }) => isBudget(detector))
  }

  /** Notes the error of a tool, or that it had none. */
  noteError(tool: string, error: string | undefined): void {
    if (error === undefined) this.#errors.delete(tool)
    else remember(this.#errors, tool, error)
  }

  /** @param tool - The tool of the call that is judged; `undefined` when it is a whole step. */
  judge(found: readonly Found[], tool?: string): Said {
    const { finishedAt, steps } = this.#state
    if (this.mode === 'off') return ALLOW
    const isEnforced = this.mode === 'enforce'
    if (isEnforced && finishedAt > 0) {
      if (tool === undefined) return ALLOW
      return this.#say(steps > finishedAt ? 'stop' : 'finish', this.evidence)
    }
    const grave = found.filter(isWorthWarning)
    if (grave.length === 0) return ALLOW
    const [news] = grave.filter((one) => !this.#goesOn(streakOf(one, tool)))
    const over = isEnforced && grave.find(({ count, limit }) => count >= limit.block)
    if (over) return this.#say(this.#actOn(over, tool), evidenceOf(over, tool))
    if (!news) return ALLOW
    this.#state.streaks.push({ ...streakOf(news, tool), at: steps })
    return this.#say('warn', evidenceOf(news, tool))
  }

  /** The verdict with its message. */
  withMessage(said: Said): Verdict {
    // A repeated verdict may be from before the mode was changed.
    if (said.action === 'allow' || this.mode === 'off') return ALLOW
    const { evidence } = said
    const action = this.mode === 'warn' ? 'warn' : said.action
    const { detector, tool } = evidence
    const reason = reasonOf(detector)
    const lastError = tool === undefined ? undefined : this.#errors.get(tool)
    return {
      action,
      reason,
      message: messageFor({ action, reason, evidence, lastError }),
      evidence,
    }
  }

  /** Whether this was warned of already, and goes on. */
  #goesOn({ detector, tool }: Omit<Streak, 'at'>): boolean {
    const { streaks, steps } = this.#state
    const streak = streaks.find((one) => one.detector === detector && one.tool === tool)
    if (streak) streak.at = steps
    return streak !== undefined
  }

  /** What to do when a limit is reached: block single calls in some steps, then ask for the final answer. */
  #actOn({ name }: Found, tool: string | undefined): 'block' | 'finish' {
    const state = this.#state
    const { blocks, used } = state
    const isOfCall = tool !== undefined && !isOfRun(name)
    if (isOfCall && blocks.at !== used.steps) {
      blocks.at = used.steps
      blocks.count++
    }
    if (isOfCall && blocks.count <= MAX_BLOCKS) return 'block'
    state.finishedAt = state.steps
    return 'finish'
  }

  #say(action: Exclude<Action, 'allow'>, evidence: Evidence): Said {
    const { onEvent, name } = this.#settings
    this.#state.last = evidence
    const reason = reasonOf(evidence.detector)
    emit(onEvent, { type: 'tool-loop-guard.triggered', name, action, reason, ...evidence })
    return { action, evidence }
  }
}

/** The reason of a verdict: the name of the detector, or `budget`. */
export function reasonOf(detector: string): Reason {
  return isBudget(detector) ? 'budget' : detector
}

function isBudget(detector: string): boolean {
  return detector.startsWith('budget.')
}

/** Whether a finding is about the run as a whole, and not about one call. */
function isOfRun(detector: string): boolean {
  return detector === 'steps' || detector === 'no-progress' || isBudget(detector)
}

function evidenceOf({ name, count, limit }: Found, tool?: string): Evidence {
  const isOfTool = tool !== undefined && (!isOfRun(name) || name === 'budget.callsPerTool')
  return {
    detector: name,
    ...(isOfTool && { tool }),
    count,
    limit: Number.isFinite(limit.block) ? limit.block : limit.warn,
  }
}

/** What is warned of once. Tools that do not exist are one streak, whatever their names. */
function streakOf(found: Found, tool: string | undefined): Omit<Streak, 'at'> {
  const { detector, tool: own } = evidenceOf(found, tool)
  return { detector, tool: detector === 'unknown-tool' ? undefined : own }
}
