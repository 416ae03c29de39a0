import { emit } from '@holdfast/internal'
import { advice } from './advice.ts'
import { scarcest } from './budgets.ts'
import type { CallAtHand } from './detector.ts'
import { type Found, findAll } from './detectors/detectors.ts'
import { sameText } from './detectors/same-text.ts'
import { endCall, messageOf } from './end-call.ts'
import { fingerprint } from './fingerprint.ts'
import type {
  Action,
  Evidence,
  GuardSnapshot,
  Mode,
  Reason,
  ToolCall,
  ToolLoopGuard,
  ToolResult,
  Turn,
  Verdict,
} from './guard.ts'
import { History, type Step } from './history.ts'
import { checkMode, checkOptions, type Settings, type ToolLoopGuardOptions } from './options.ts'
import { Replays } from './replays.ts'
import { restore, type State, save } from './state.ts'
import { ToolLoopError, type Usage } from './tool-loop-error.ts'

/**
 * Makes a guard for one run of a conversation. It stops an agent that loops on its tools, and leaves one alone that makes
 * progress. It holds no timer and nothing global: when the run ends there is nothing to clean up.
 *
 * @throws TypeError or RangeError naming the option that is wrong. Its methods never throw.
 *
 * @example
 * const guard = createToolLoopGuard()
 * guard.turn({ text, usage })
 * const verdict = guard.before({ id, tool, input })
 * if (verdict.action === 'allow') guard.after(id, { output: await run(tool, input) })
 */
export function createToolLoopGuard(options: ToolLoopGuardOptions = {}): ToolLoopGuard {
  return new LoopGuard(options)
}

const ALLOW: Verdict = /* @__PURE__ */ Object.freeze({ action: 'allow' })

/** How many answers in a row may have a call blocked; with the next the run is asked to end. */
const MAX_BLOCKS = 2

class LoopGuard implements ToolLoopGuard {
  readonly #settings: Settings
  readonly #state: State
  readonly #startedAt: number
  readonly #replays = new Replays()
  /** What each tool said when it failed last. */
  readonly #errors = new Map<string, string>()
  #mode: Mode
  /** Whether somebody tells of the answers; else calls that do not overlap are taken for one each. */
  #isToldOfTurns = false
  /** The answer of which a call was blocked last. */
  #blockedAt = 0
  #last: Evidence | undefined

  constructor(options: ToolLoopGuardOptions) {
    this.#settings = checkOptions(options)
    this.#mode = checkMode(options.mode ?? 'enforce')
    this.#state = restore(options.snapshot)
    this.#startedAt = this.#settings.clock.now()
  }

  get name(): string {
    return this.#settings.name
  }

  get mode(): Mode {
    return this.#mode
  }

  set mode(mode: Mode) {
    this.#mode = checkMode(mode)
  }

  turn(turn?: Turn): Verdict {
    const { text, usage, cost } = Object(turn) as Turn
    const { inputTokens, outputTokens, totalTokens } = Object(usage) as NonNullable<Turn['usage']>
    const { used, history } = this.#state
    used.tokens += amount(totalTokens ?? amount(inputTokens) + amount(outputTokens))
    used.cost += amount(cost)
    const isText = typeof text === 'string' && text.trim() !== ''
    const said = isText ? fingerprint(text, { isLoose: true }) : undefined
    const earlier = history.steps.toReversed()
    this.#isToldOfTurns = true
    this.#begin(said)
    if (this.#mode === 'off' || this.#state.finishedAt !== undefined) return ALLOW
    const found = this.#runFindings()
    if (said !== undefined) {
      found.push({
        ...sameText(said, earlier, this.#settings.limits.sameText),
        detector: 'same-text',
      })
    }
    return this.#judge(found)
  }

  before(call: ToolCall): Verdict {
    const { id, tool: name, input } = Object(call) as ToolCall
    const { viewOf, isUnknown } = this.#settings
    const { used, callsPerTool, history } = this.#state
    const tool = `${name}`
    const view = viewOf(tool)
    const key = view.keyOf(input)
    const replay = this.#replays.find(id, key)
    if (replay) return replay

    const isWaiting = history.current?.calls.some(({ outcome }) => outcome === 'pending')
    if (!history.current || (!this.#isToldOfTurns && !isWaiting)) this.#begin(undefined)
    const { limits, isPoll, isExempt } = view
    const isPause = view.isPause(input)
    const atHand = { tool, key, limits, isPoll, isPause, isUnknown: isUnknown(tool) }
    const verdict = this.#judgeCall(atHand, isExempt)
    used.calls++
    callsPerTool.set(tool, (callsPerTool.get(tool) ?? 0) + 1)
    this.#replays.add(id, key, verdict)
    const step = history.current as Step
    // Who waits has nothing new to say.
    if (isExempt || isPoll) step.text = undefined
    if (!isExempt) {
      const runs = verdict.action === 'allow' || verdict.action === 'warn'
      step.calls.push({
        id,
        tool,
        key,
        outcome: runs ? 'pending' : 'blocked',
        mark: runs ? undefined : history.ended(key)?.mark,
        isProgress: false,
        isUnknown: atHand.isUnknown,
      })
    }
    return verdict
  }

  after(id: string | undefined, result: ToolResult): void {
    const { history } = this.#state
    const place = history.waiting(id)
    if (!place) return
    const { calls, at, call } = place
    const ended = endCall(
      call,
      Object(result) as ToolResult,
      this.#settings.viewOf(call.tool),
      history,
    )
    calls[at] = ended
    if (ended.isProgress) this.#state.blocks = 0
    if ('error' in result) this.#errors.set(call.tool, messageOf(result.error))
    else this.#errors.delete(call.tool)
  }

  reset(): void {
    const state = this.#state
    state.steps = 0
    state.blocks = 0
    state.finishedAt = undefined
    state.history = new History()
    for (const subject of state.warned)
      if (!subject.startsWith('budget.')) state.warned.delete(subject)
  }

  snapshot(): GuardSnapshot {
    return save(this.#state, this.#usage().wallMs)
  }

  error(): ToolLoopError {
    const { steps, history } = this.#state
    const evidence = this.#why()
    const { tool, count, limit } = evidence
    const reason = reasonOf(evidence)
    const of = tool === undefined ? '' : ` of \`${tool}\``
    return new ToolLoopError(`The run was stopped: ${reason}${of}, ${count} of ${limit}`, {
      reason,
      evidence,
      history: history.steps.flatMap(({ calls }, at) => {
        const step = steps - history.steps.length + at + 1
        return calls.map(({ tool, outcome }) => ({ step, tool, outcome }))
      }),
      usage: this.#usage(),
      snapshot: this.snapshot(),
    })
  }

  #begin(text: number | undefined): void {
    this.#state.steps++
    this.#state.used.steps++
    this.#state.history.begin({ text, calls: [] })
  }

  #usage(): Usage {
    const { used, earlierMs } = this.#state
    return { ...used, wallMs: earlierMs + this.#settings.clock.now() - this.#startedAt }
  }

  #judgeCall(call: CallAtHand, isExempt: boolean): Verdict {
    const { steps, finishedAt, warned, history } = this.#state
    const { detectors } = this.#settings
    if (this.#mode === 'off') return ALLOW
    if (finishedAt !== undefined) {
      return this.#pronounce(steps > finishedAt ? 'stop' : 'finish', this.#why())
    }
    const earlier = history.steps.slice(0, -1).filter(({ calls }) => calls.length > 0)
    const found = isExempt ? [] : findAll(detectors, call, earlier.reverse())
    for (const { name } of warned.size > 0 ? detectors : []) {
      if (!found.some(({ detector }) => detector === name)) warned.delete(`${name} ${call.tool}`)
    }
    return this.#judge([...this.#runFindings(call.tool), ...found], call.tool)
  }
  /** What a run as a whole has come to. */
  #runFindings(tool?: string): Found[] {
    const { steps, callsPerTool } = this.#state
    const { limits, budgets } = this.#settings
    const perTool = (tool !== undefined && callsPerTool.get(tool)) || 0
    const scarce = scarcest(budgets, { ...this.#usage(), callsPerTool: perTool })
    return [
      { detector: 'steps', count: steps, limit: limits.steps },
      ...(scarce ? [{ ...scarce, detector: `budget.${scarce.budget}` }] : []),
    ]
  }

  #judge(found: readonly Found[], tool?: string): Verdict {
    const over = found.find(({ count, limit }) => count >= limit.block)
    if (over) return this.#pronounce(this.#actionOn(over, tool), evidenceOf(over, tool))
    for (const soft of found) {
      if (soft.count < soft.limit.warn) continue
      const verdict = this.#pronounce('warn', evidenceOf(soft, tool))
      if (verdict !== ALLOW) return verdict
    }
    return ALLOW
  }

  /** What follows from too much: a single call may be blocked, for a while. */
  #actionOn({ detector }: Found, tool: string | undefined): 'block' | 'finish' {
    if (tool === undefined || isOfRun(detector)) return 'finish'
    const { used } = this.#state
    if (this.#blockedAt !== used.steps && this.#mode === 'enforce') {
      this.#blockedAt = used.steps
      this.#state.blocks++
    }
    return this.#state.blocks > MAX_BLOCKS ? 'finish' : 'block'
  }

  #pronounce(gravest: Exclude<Action, 'allow'>, evidence: Evidence): Verdict {
    const { warned, steps } = this.#state
    const action = this.#mode === 'warn' ? 'warn' : gravest
    const { detector, tool } = evidence
    if (action === 'warn') {
      const subject = `${detector} ${tool ?? ''}`
      if (warned.has(subject)) return ALLOW
      warned.add(subject)
    }
    if (action === 'finish') this.#state.finishedAt ??= steps
    const reason = reasonOf(evidence)
    const lastError = tool === undefined ? undefined : this.#errors.get(tool)
    const message = advice({ action, reason, evidence, lastError })
    this.#last = evidence
    emit(this.#settings.onEvent, {
      type: 'tool-loop-guard.triggered',
      name: this.name,
      action,
      reason,
      ...evidence,
    })
    return { action, reason, message, evidence }
  }

  /** What the gravest verdict rests on. */
  #why(): Evidence {
    const { steps } = this.#state
    return (
      this.#last ?? { detector: 'steps', count: steps, limit: this.#settings.limits.steps.block }
    )
  }
}

/** Whether it is the run that has come to an end, not a call that is too much. */
function isOfRun(detector: string): boolean {
  return detector === 'steps' || detector.startsWith('budget.')
}

function reasonOf({ detector }: Evidence): Reason {
  return detector.startsWith('budget.') ? 'budget' : detector
}

function evidenceOf({ detector, count, limit, period }: Found, tool: string | undefined): Evidence {
  const isOfTool = tool !== undefined && (!isOfRun(detector) || detector === 'budget.callsPerTool')
  return {
    detector,
    ...(isOfTool && { tool }),
    count,
    limit: limit.block,
    ...(period !== undefined && { period }),
  }
}

/** What is no amount counts for none. */
function amount(value: unknown): number {
  return typeof value === 'number' && value > 0 && value < Infinity ? value : 0
}
