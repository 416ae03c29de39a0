import { emit, readProperty } from '@holdfast/internal'
import { type Found, findAll } from './detectors/detectors.ts'
import { sameText } from './detectors/same-text.ts'
import { endingOf, errorIn, failureOf, messageOf } from './end-call.ts'
import { Escalation, reasonOf } from './escalation.ts'
import { fingerprint } from './fingerprint.ts'
import type {
  GuardSnapshot,
  Mode,
  ToolCall,
  ToolLoopGuard,
  ToolResult,
  Turn,
  Verdict,
} from './guard.ts'
import { History, type Step } from './history.ts'
import { boundedId } from './ids.ts'
import { checkMode, readOptions, type Settings, type ToolLoopGuardOptions } from './options.ts'
import { restore, type State, save } from './state.ts'
import { ToolLoopError, type Usage } from './tool-loop-error.ts'

/**
 * Creates a guard for one run of a conversation. It stops an agent that repeats itself without progress. It has no timers and
 * no global state, so there is nothing to clean up when the run ends.
 *
 * @throws TypeError or RangeError that names the option. The guard's methods never throw.
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

/** Without `turn`, calls that overlap count as one step, but no more than this many: a result may be lost. */
const MAX_UNTOLD = 16
const MAX_NAME = 200
/** The reasons that are not the names of detectors. */
const REASONS = [
  'same-result',
  'same-error',
  'frequent',
  'same-text',
  'no-progress',
  'steps',
  'budget',
]
/** For how many tools calls are counted: a model may make up names without end. */
const MAX_TOOLS = 500

class LoopGuard implements ToolLoopGuard {
  readonly #settings: Settings
  readonly #state: State
  readonly #escalation: Escalation
  readonly #startedAt: number

  constructor(options: ToolLoopGuardOptions) {
    this.#settings = readOptions(options)
    this.#state = restore(options.snapshot)
    const mode = options.mode ?? 'enforce'
    this.#escalation = new Escalation(mode, this.#settings, this.#state)
    const { name, onEvent, clock, detectors } = this.#settings
    this.#startedAt = clock.now()
    const reasons = [...REASONS, ...detectors.map((detector) => detector.name)]
    emit(onEvent, { type: 'tool-loop-guard.created', name, mode, reasons: [...new Set(reasons)] })
  }

  get name(): string {
    return this.#settings.name
  }

  get mode(): Mode {
    return this.#escalation.mode
  }

  set mode(mode: Mode) {
    this.#escalation.mode = checkMode(mode)
  }

  turn(turn?: Turn): Verdict {
    const { used, isTold, history } = this.#state
    const text = readProperty(turn, 'text')
    const usage = readProperty(turn, 'usage')
    const [total, input, output] = ['totalTokens', 'inputTokens', 'outputTokens'].map((key) =>
      readProperty(usage, key),
    )
    used.tokens = sum(used.tokens, total ?? sum(sum(0, input), output))
    used.cost = sum(used.cost, readProperty(turn, 'cost'))
    isTold.turns = true
    const isText = typeof text === 'string' && /\S/.test(text)
    this.#begin(isText ? fingerprint(text, { isLoose: true }) : undefined)
    const said = sameText(history.steps, this.#settings.limits.sameText)
    return this.#escalation.withMessage(
      this.#escalation.judge([...this.#ofRun(), { ...said, name: 'same-text' }]),
    )
  }

  before(call: ToolCall): Verdict {
    const { used, callsPerTool, isTold, replays, history } = this.#state
    const id = boundedId(readProperty(call, 'id'))
    const name = readProperty(call, 'tool')
    const tool = typeof name === 'string' ? name.slice(0, MAX_NAME) : '(no name)'
    const view = this.#settings.viewOf(tool)
    const { key, isIdle, effect, namesState } = view.inputOf(readProperty(call, 'input'))
    const replayed = replays.find(id, key)
    if (replayed) return this.#escalation.withMessage(replayed)

    if (!this.#isOfThisStep()) this.#begin(undefined)
    const isUnknown = this.#settings.isUnknown(tool)
    const { limits, isPoll, isExempt, isWork } = view
    const found = this.#ofRun(tool)
    if (!isExempt && this.mode !== 'off') {
      const atHand = { tool, key, limits, isPoll, isIdle, isWork, effect, isUnknown }
      findAll(this.#settings.detectors, atHand, history.earlier, found)
    }
    const said = this.#escalation.judge(found, tool)
    used.calls++
    const ofTool = callsPerTool.get(tool) ?? 0
    if (ofTool > 0 || callsPerTool.size < MAX_TOOLS) callsPerTool.set(tool, ofTool + 1)
    replays.add(id, key, said)
    const [step] = history.steps
    // A model that waits may well say the same again.
    if (step && (isExempt || isPoll)) step.text = undefined
    if (step && isExempt) step.isExempt = true
    if (!isExempt) {
      const runs = said.action === 'allow' || said.action === 'warn'
      const before = history.latest(key)
      // A blocked call would have ended as the one before.
      const alike = runs ? undefined : history.ended(key)
      history.add({
        id,
        tool,
        key,
        outcome: runs ? 'pending' : 'blocked',
        effect,
        result: alike?.result,
        mark: alike?.mark,
        kind: alike?.kind,
        tellsFailure: alike?.tellsFailure,
        isWait: alike?.isWait ?? (namesState ? false : undefined),
        isNew: before === undefined,
        // Without results, a call that was not made before is all the progress that can be seen.
        isProgress: before === undefined && !isTold.results,
        isUnknown: isUnknown || alike?.isUnknown === true,
      })
    }
    return this.#escalation.withMessage(said)
  }

  after(id: string | undefined, result: ToolResult): void {
    const { isTold, history, blocks } = this.#state
    isTold.results = true
    const failure = errorIn(result)
    const ended = history.settle(boundedId(id), (call) => {
      if (failure) return failureOf(call, failure.error, history)
      const view = this.#settings.viewOf(call.tool)
      return endingOf(call, view.outputOf(readProperty(result, 'output')), history, view)
    })
    if (!ended) return
    if (ended.isProgress) blocks.count = 0
    this.#escalation.noteError(ended.tool, failure && messageOf(failure.error))
  }

  reset(): void {
    this.#state.steps = 0
    this.#state.stepsWithoutProgress = 0
    this.#state.history = new History([])
    this.#escalation.reset()
  }

  snapshot(): GuardSnapshot {
    return save(this.#state, this.#usage().wallMs)
  }

  error(): ToolLoopError {
    const { steps, history } = this.#state
    const evidence = this.#escalation.evidence
    const { detector, tool, count, limit } = evidence
    const reason = reasonOf(detector)
    const of = tool === undefined ? '' : ` of \`${tool}\``
    return new ToolLoopError(`The run was stopped: ${reason}${of}, ${count} of ${limit}`, {
      reason,
      evidence,
      history: history.steps
        .flatMap(({ calls }, ago) =>
          calls.map(({ tool, outcome }) => ({ step: steps - ago, tool, outcome })).reverse(),
        )
        .reverse(),
      usage: this.#usage(),
      snapshot: this.snapshot(),
    })
  }

  /** Ends the current step, and begins the next. */
  #begin(text: number | undefined): void {
    const state = this.#state
    const [previous] = state.history.steps
    if (previous) {
      state.stepsWithoutProgress = countIdle(state.stepsWithoutProgress, previous)
      this.#escalation.endStep(previous)
    }
    state.steps++
    state.used.steps++
    state.history.begin({ text, calls: [] })
  }

  /** Whether a call belongs to the current step. */
  #isOfThisStep(): boolean {
    const { isTold, history } = this.#state
    const [step] = history.steps
    if (isTold.turns || !step) return step !== undefined
    const isWaiting = step.calls.some(({ outcome }) => outcome === 'pending')
    return isTold.results && isWaiting && step.calls.length < MAX_UNTOLD
  }

  /** Findings about the run as a whole. */
  #ofRun(tool?: string): Found[] {
    const { steps, stepsWithoutProgress, callsPerTool, history } = this.#state
    const { limits, budgets } = this.#settings
    const [step] = history.steps
    const idle = step ? countIdle(stepsWithoutProgress, step) : 0
    const found: Found[] = [
      { name: 'no-progress', count: idle, limit: limits.stepsWithoutProgress },
      { name: 'steps', count: steps, limit: limits.steps },
    ]
    if (budgets.length > 0) {
      const ofTool = (tool !== undefined && callsPerTool.get(tool)) || 0
      const used = { ...this.#usage(), callsPerTool: ofTool }
      for (const { name, limit } of budgets) {
        found.push({ name: `budget.${name}`, count: used[name], limit })
      }
    }
    return found
  }

  #usage(): Usage {
    const { used, earlierMs } = this.#state
    return { ...used, wallMs: earlierMs + this.#settings.clock.now() - this.#startedAt }
  }
}

/** The number of steps without progress after this one. A step that waits for something neither is progress nor lacks it. */
function countIdle(count: number, { calls, isExempt = false }: Step): number {
  if (calls.some(({ isProgress }) => isProgress)) return 0
  const isWait = calls.some((call) => call.isWait || call.outcome === 'pending')
  return isWait || isExempt ? count : count + 1
}

/** Adds an amount; anything else counts for none. */
function sum(total: number, more: unknown): number {
  return typeof more === 'number' && more > 0 ? Math.min(total + more, Number.MAX_VALUE) : total
}
