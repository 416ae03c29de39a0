import { readProperty } from '@holdfast/internal'
import { type Found, findAll } from './detectors/detectors.ts'
import { sameText } from './detectors/same-text.ts'
import { endingOf, errorIn, failureOf, messageOf } from './end-call.ts'
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
import { History } from './history.ts'
import { Ladder, reasonOf } from './ladder.ts'
import { checkMode, checkOptions, type Settings, type ToolLoopGuardOptions } from './options.ts'
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

/** Calls that wait for one another are of one answer; when nobody tells of answers, so many at most: a result may be lost. */
const MAX_UNTOLD = 16
const MAX_NAME = 200
/** Whose calls are counted: a model may make up names without end. */
const MAX_TOOLS = 500

class LoopGuard implements ToolLoopGuard {
  readonly #settings: Settings
  readonly #state: State
  readonly #ladder: Ladder
  readonly #startedAt: number

  constructor(options: ToolLoopGuardOptions) {
    this.#settings = checkOptions(options)
    this.#state = restore(options.snapshot)
    this.#ladder = new Ladder(checkMode(options.mode ?? 'enforce'), this.#settings, this.#state)
    this.#startedAt = this.#settings.clock.now()
  }

  get name(): string {
    return this.#settings.name
  }

  get mode(): Mode {
    return this.#ladder.mode
  }

  set mode(mode: Mode) {
    this.#ladder.mode = checkMode(mode)
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
    return this.#ladder.tell(this.#ladder.judge([...this.#ofRun(), { ...said, name: 'same-text' }]))
  }

  before(call: ToolCall): Verdict {
    const { used, callsPerTool, replays, history } = this.#state
    const id = idOf(readProperty(call, 'id'))
    const name = readProperty(call, 'tool')
    const tool = typeof name === 'string' ? name.slice(0, MAX_NAME) : '(no name)'
    const view = this.#settings.viewOf(tool)
    const { key, isPause } = view.inputOf(readProperty(call, 'input'))
    const replayed = replays.find(id, key)
    if (replayed) return this.#ladder.tell(replayed)

    if (!this.#isOfThisAnswer()) this.#begin(undefined)
    const isUnknown = this.#settings.isUnknown(tool)
    const { limits, isPoll, isExempt } = view
    const found = this.#ofRun(tool)
    if (!isExempt && this.mode !== 'off') {
      const atHand = { tool, key, limits, isPoll, isPause, isUnknown }
      findAll(this.#settings.detectors, atHand, history.earlier, found)
    }
    const said = this.#ladder.judge(found, tool)
    used.calls++
    const ofTool = callsPerTool.get(tool) ?? 0
    if (ofTool > 0 || callsPerTool.size < MAX_TOOLS) callsPerTool.set(tool, ofTool + 1)
    replays.add(id, key, said)
    const [step] = history.steps
    // Who waits has nothing new to say.
    if (step && (isExempt || isPoll)) step.text = undefined
    if (!isExempt) {
      const runs = said.action === 'allow' || said.action === 'warn'
      const alike = runs ? undefined : history.ended(key)
      history.add({
        id,
        tool,
        key,
        outcome: runs ? 'pending' : 'blocked',
        result: alike?.result,
        mark: alike?.mark,
        kind: undefined,
        isProgress: false,
        isUnknown: isUnknown || alike?.isUnknown === true,
      })
    }
    return this.#ladder.tell(said)
  }

  after(id: string | undefined, result: ToolResult): void {
    const { isTold, history, blocks } = this.#state
    isTold.results = true
    const failure = errorIn(result)
    const ended = history.settle(idOf(id), (call) => {
      if (failure) return failureOf(call, failure.error, history)
      const output = this.#settings.viewOf(call.tool).outputOf(readProperty(result, 'output'))
      return endingOf(call, output, history)
    })
    if (!ended) return
    if (ended.isProgress) blocks.count = 0
    this.#ladder.hear(ended.tool, failure && messageOf(failure.error))
  }

  reset(): void {
    this.#state.steps = 0
    this.#state.history = new History([])
    this.#ladder.reset()
  }

  snapshot(): GuardSnapshot {
    return save(this.#state, this.#usage().wallMs)
  }

  error(): ToolLoopError {
    const { steps, history } = this.#state
    const evidence = this.#ladder.why
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

  /** Begins an answer. */
  #begin(text: number | undefined): void {
    const state = this.#state
    const [over] = state.history.steps
    if (over) this.#ladder.endStep(over)
    state.steps++
    state.used.steps++
    state.history.begin({ text, calls: [] })
  }

  /** Whether a call is of the answer at hand. */
  #isOfThisAnswer(): boolean {
    const { isTold, history } = this.#state
    const [step] = history.steps
    if (isTold.turns || !step) return step !== undefined
    const isWaiting = step.calls.some(({ outcome }) => outcome === 'pending')
    return isTold.results && isWaiting && step.calls.length < MAX_UNTOLD
  }

  /** What the run as a whole has come to. */
  #ofRun(tool?: string): Found[] {
    const { steps, callsPerTool } = this.#state
    const { limits, budgets } = this.#settings
    const found: Found[] = [{ name: 'steps', count: steps, limit: limits.steps }]
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

/** What is no text, or an empty one, is no id. */
function idOf(id: unknown): string | undefined {
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** What is no amount counts for none. */
function sum(total: number, more: unknown): number {
  return typeof more === 'number' && more > 0 ? Math.min(total + more, Number.MAX_VALUE) : total
}
