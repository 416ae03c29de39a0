import { emit } from '@holdfast/internal'
import { advice } from './advice.ts'
import { remember } from './bounded-map.ts'
import { type Found, isWorthWarning } from './detectors/detectors.ts'
import type { Action, Evidence, Mode, Reason, Verdict } from './guard.ts'
import type { Step } from './history.ts'
import type { Settings } from './options.ts'
import type { State, Streak } from './state.ts'

/** A verdict without its words, which may have the user's in them. */
export type Said =
  | { readonly action: 'allow' }
  | { readonly action: Exclude<Action, 'allow'>; readonly evidence: Evidence }

const ALLOW = /* @__PURE__ */ Object.freeze({ action: 'allow' })

/** How many answers may have a call blocked; with the next the run is asked to end. */
const MAX_BLOCKS = 2
/** After so many answers without a call of its tool a streak is forgotten, as its calls are. */
const MAX_PAUSE = 64

/** Makes verdicts of findings: a warning, then a call that is not made, then the last answer, then the end. */
export class Ladder {
  mode: Mode
  readonly #settings: Settings
  readonly #state: State
  /** What each tool said when it failed last. */
  readonly #errors = new Map<string, string>()

  constructor(mode: Mode, settings: Settings, state: State) {
    this.mode = mode
    this.#settings = settings
    this.#state = state
  }

  /** What the gravest verdict rests on. */
  get why(): Evidence {
    const { last, steps } = this.#state
    return last ?? evidenceOf({ name: 'steps', count: steps, limit: this.#settings.limits.steps })
  }

  /** An answer of the model is over. What was warned of goes on, unless it called the tool for something else. */
  endStep({ calls }: Step): void {
    const { steps, streaks } = this.#state
    this.#state.streaks = streaks.filter(({ detector, tool, at }) => {
      if (at === steps || isOfRun(detector)) return true
      return (
        tool !== undefined && at > steps - MAX_PAUSE && !calls.some((call) => call.tool === tool)
      )
    })
  }

  /** A new message of the user. What was used stays used. */
  reset(): void {
    const state = this.#state
    state.blocks.count = 0
    state.finishedAt = 0
    state.streaks = state.streaks.filter(({ detector }) => isBudget(detector))
  }

  /** What a tool has said. */
  hear(tool: string, error: string | undefined): void {
    if (error === undefined) this.#errors.delete(tool)
    else remember(this.#errors, tool, error)
  }

  /** @param tool - Of the call that is judged, if it is one, and not an answer. */
  judge(found: readonly Found[], tool?: string): Said {
    const { finishedAt, steps } = this.#state
    if (this.mode === 'off') return ALLOW
    const isEnforced = this.mode === 'enforce'
    if (isEnforced && finishedAt > 0) {
      if (tool === undefined) return ALLOW
      return this.#say(steps > finishedAt ? 'stop' : 'finish', this.why)
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

  /** The verdict in words. */
  tell(said: Said): Verdict {
    // One that is told again may be from before the mode was changed.
    if (said.action === 'allow' || this.mode === 'off') return ALLOW
    const { evidence } = said
    const action = this.mode === 'warn' ? 'warn' : said.action
    const { detector, tool } = evidence
    const reason = reasonOf(detector)
    const lastError = tool === undefined ? undefined : this.#errors.get(tool)
    return { action, reason, message: advice({ action, reason, evidence, lastError }), evidence }
  }

  /** Whether this was warned of already. */
  #goesOn({ detector, tool }: Omit<Streak, 'at'>): boolean {
    const { streaks, steps } = this.#state
    const streak = streaks.find((one) => one.detector === detector && one.tool === tool)
    if (streak) streak.at = steps
    return streak !== undefined
  }

  /** What follows from too much: a single call may be blocked, for a while. */
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

/** Why: the detector, but for budgets. */
export function reasonOf(detector: string): Reason {
  return isBudget(detector) ? 'budget' : detector
}

function isBudget(detector: string): boolean {
  return detector.startsWith('budget.')
}

/** Whether it is the run that has come to an end, not a call that is too much. */
function isOfRun(detector: string): boolean {
  return detector === 'steps' || isBudget(detector)
}

function evidenceOf({ name, count, limit, period }: Found, tool?: string): Evidence {
  const isOfTool = tool !== undefined && (!isOfRun(name) || name === 'budget.callsPerTool')
  return {
    detector: name,
    ...(isOfTool && { tool }),
    count,
    limit: Number.isFinite(limit.block) ? limit.block : limit.warn,
    ...(period !== undefined && { period }),
  }
}

/** What is warned of once. A model that makes up tools goes on with that under another name. */
function streakOf(found: Found, tool: string | undefined): Omit<Streak, 'at'> {
  const { detector, tool: own } = evidenceOf(found, tool)
  return { detector, tool: detector === 'unknown-tool' ? undefined : own }
}
