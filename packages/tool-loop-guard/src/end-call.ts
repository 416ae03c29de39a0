import { readProperty } from '@holdfast/internal'
import { fingerprint } from './fingerprint.ts'
import type { CallRecord, History } from './history.ts'
import { isOutage } from './is-outage.ts'
import type { Output, ToolView } from './tool-view.ts'
import { withoutNames, withoutNumbers } from './volatile.ts'

/** What is known of a call once it has ended. */
type Ending = Partial<CallRecord>

/** The ending of a call that returned an output. */
export function endingOf(
  call: CallRecord,
  output: Output,
  history: History,
  { isWork, isPoll }: ToolView,
): Ending {
  const { tellsFailure, isPending } = output
  // To change something and have no answer is to have done it.
  const kind =
    output.kind === 'nothing' && output.isBlank && call.effect === 'changes' ? 'brief' : output.kind
  const isIdle = (call.effect === 'none' || call.effect === 'waits') && kind === 'brief'
  const before = history.ended(call.key)
  // A short answer to a thought, a wait, or a printed text means nothing.
  const result = isIdle ? 0 : output.result
  // The gist costs more, and is needed only when the call has another result than before.
  const mark = before && result === before.result ? before.mark : output.mark(before === undefined)
  // Short answers may well be equal for different inputs, unless the tool does no work.
  const mayBeEqual = kind === 'brief' && isWork
  const isNew = isNewAnswer(call, result, isIdle ? 0 : mark, history, mayBeEqual)
  const isGood = kind === 'content' || (kind === 'brief' && isWork)
  return {
    outcome: 'output',
    result,
    mark: isIdle ? 0 : mark,
    kind,
    tellsFailure,
    isWait: (isPending && call.isWait !== false) || isPoll,
    isNew,
    isProgress: isNew && isGood && !isIdle,
  }
}

/** The ending of a call that failed. */
export function failureOf(call: CallRecord, error: unknown, history: History): Ending {
  if (isOutage(error)) return { outcome: 'outage', isWait: true }
  const message = messageOf(error)
  const isUnknown = call.isUnknown || namesNoTool(message, call.tool)
  const result = fingerprint(['error', message ? withoutNames(message) : error])
  const mark = fingerprint(['error', message ? withoutNumbers(message) : error])
  const isNew = !isUnknown && isNewAnswer(call, result, mark, history, false)
  const kind = NOT_THERE.test(message.slice(0, MAX_READ)) && !isUnknown ? 'nothing' : 'failure'
  return { outcome: 'error', result, mark, kind, tellsFailure: true, isNew, isUnknown }
}

const MAX_READ = 1000
const NOT_THERE =
  /\bENOENT\b|\bno such (?:file|directory)\b|\b(?:404|file|page|directory) not found\b/i

/** The error that a result tells of, if it does. */
export function errorIn(result: unknown): { readonly error: unknown } | undefined {
  const error = readProperty(result, 'error')
  return error !== undefined || (has(result, 'error') && !has(result, 'output'))
    ? { error }
    : undefined
}

/** The message of an error. */
export function messageOf(error: unknown): string {
  const message = typeof error === 'string' ? error : readProperty(error, 'message')
  return typeof message === 'string' ? message : ''
}

const NO_TOOL =
  /\b(?:unknown|no such|unrecognized|nonexistent) (?:tool|function)\b|\b(?:tool|function)\b.{0,80}\b(?:not found|not available|not defined|does(?: not|n't) exist)|\bnot a (?:\w+ )?(?:tool|function)\b/i

/** Whether an error says that there is no such tool, and not that the tool found no such thing. */
function namesNoTool(message: string, tool: string): boolean {
  const beginning = message.slice(0, MAX_READ)
  return beginning.includes(tool) && NO_TOOL.test(beginning)
}

/**
 * Whether an answer is new. A call that was answered before needs another answer than any before. A call with a new input
 * needs another answer than the tool gave to other inputs, unless `mayBeEqual`.
 */
function isNewAnswer(
  { key, tool }: CallRecord,
  result: number,
  mark: number | undefined,
  { steps }: History,
  mayBeEqual: boolean,
): boolean {
  let wasAsked = false
  let wasSaid = false
  for (const { calls } of steps) {
    for (const call of calls) {
      if (call.result === undefined) continue
      if (call.key === key) {
        if (call.mark === mark) return false
        wasAsked = true
      } else if (call.tool === tool && call.result === result) wasSaid = true
    }
  }
  return wasAsked || mayBeEqual || !wasSaid
}

function has(value: unknown, key: string): boolean {
  try {
    return Object(value) === value && key in (value as object)
  } catch {
    return false
  }
}
