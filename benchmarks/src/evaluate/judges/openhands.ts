import type { TraceCall } from '../../../../packages/tool-loop-guard/test/trace.ts'
import { createJudge, type Finding, type Judge } from '../judge.ts'
import { sortedJson } from './sorted-json.ts'

/** The number of recent events that are checked. A call and its result are two events. */
const WINDOW = 20
const SAME = 4
const SAME_WITH_ERROR = { warn: 3, stop: 4 } as const
const MESSAGES = 3
/** The number of calls in an alternation: three of each call. */
const ALTERNATING = 6

interface Event {
  readonly kind: 'action' | 'output' | 'error' | 'message'
  readonly content: string
}

/**
 * The rules of the OpenHands SDK. After each step it checks the events since the last user message. It stops on four equal calls
 * with equal results; on four equal calls with any errors (with a warning at three); on three messages without a call; and on
 * two alternating calls, six in total, with equal results. Calls are equal if tool, input, and preceding reasoning are equal.
 */
export const openHands: Judge = createJudge('OpenHands SDK', () => {
  let events: Event[] = []
  return {
    onUserMessage() {
      events = []
    },
    onStepEnd(text, calls) {
      events = [...events, ...eventsOf(text, calls)].slice(-WINDOW)
      return look(events)
    },
  }
})

function eventsOf(text: string | undefined, calls: readonly TraceCall[]): readonly Event[] {
  if (calls.length === 0) return [{ kind: 'message', content: text ?? '' }]
  // If an answer has several calls, the reasoning belongs to the first.
  const actions = calls.map(({ tool, input }, n): Event => {
    return { kind: 'action', content: sortedJson([tool, input, n === 0 ? text : undefined]) }
  })
  const results = calls.map((call): Event => {
    if ('error' in call) return { kind: 'error', content: call.error.message }
    return { kind: 'output', content: sortedJson([call.tool, call.output]) }
  })
  return [...actions, ...results]
}

function look(events: readonly Event[]): Finding {
  const actions = events.filter(({ kind }) => kind === 'action')
  const results = events.filter(({ kind }) => kind === 'output' || kind === 'error')
  if (repeats(actions, SAME, 1) && repeats(results, SAME, 1)) {
    return { action: 'stop', how: 'same call and result' }
  }
  const { warn, stop } = SAME_WITH_ERROR
  const failing = (count: number): boolean =>
    repeats(actions, count, 1) && results.slice(-count).every(({ kind }) => kind === 'error')
  if (failing(stop)) return { action: 'stop', how: 'same call, errors' }
  if (events.length >= MESSAGES && events.slice(-MESSAGES).every(isMessage)) {
    return { action: 'stop', how: 'monologue' }
  }
  if (repeats(actions, ALTERNATING, 2) && repeats(results, ALTERNATING, 2)) {
    return { action: 'stop', how: 'alternating' }
  }
  return failing(warn) ? { action: 'warn', how: 'same call, errors' } : undefined
}

const isMessage = ({ kind }: Event): boolean => kind === 'message'

/** Whether the last `count` events repeat with the given period. */
function repeats(events: readonly Event[], count: number, period: number): boolean {
  const recent = events.slice(-count)
  return (
    recent.length === count &&
    recent.every(({ kind, content }, n) => {
      const before = recent[n - period]
      return before === undefined || (before.kind === kind && before.content === content)
    })
  )
}
