import { readProperty } from '@holdfast/internal'
import { fingerprint } from './fingerprint.ts'
import type { CallRecord, History } from './history.ts'
import { isOutage } from './is-outage.ts'
import type { Output } from './tool-view.ts'
import { withoutNumbers } from './volatile.ts'

/** What a call has come to. */
export type Ending = Partial<CallRecord>

/** Of a call that has run. */
export function endingOf(call: CallRecord, output: Output, history: History): Ending {
  const { exact, gist, kind } = output
  const before = history.ended(call.key)
  // The gist takes longer, and is of no use until the call has another result.
  const mark = before === undefined ? exact : exact === before.result ? before.mark : gist()
  const isProgress = isNews(call, { result: exact, mark, kind }, history)
  return { outcome: 'output', result: exact, mark, kind, isProgress }
}

/** Of a call that has failed. */
export function failureOf(call: CallRecord, error: unknown, history: History): Ending {
  if (isOutage(error)) return { outcome: 'outage' }
  const message = messageOf(error)
  const isUnknown = call.isUnknown || tellsOfNoTool(message, call.tool)
  const result = fingerprint(['error', message || error])
  const mark = fingerprint(['error', message ? withoutNumbers(message) : error])
  const kind = 'telling'
  const isProgress = !isUnknown && isNews(call, { result, mark, kind }, history)
  return { outcome: 'error', result, mark, kind, isProgress, isUnknown }
}

/** How a tool failed, if it did. */
export function errorIn(result: unknown): { readonly error: unknown } | undefined {
  const error = readProperty(result, 'error')
  return error !== undefined || (has(result, 'error') && !has(result, 'output'))
    ? { error }
    : undefined
}

/** What a tool said when it failed. */
export function messageOf(error: unknown): string {
  const message = typeof error === 'string' ? error : readProperty(error, 'message')
  return typeof message === 'string' ? message : ''
}

const NO_TOOL =
  /\b(?:unknown|no such|unrecognized|nonexistent) (?:tool|function)\b|\b(?:tool|function)\b.{0,80}\b(?:not found|not available|not defined|does(?: not|n't) exist)|\bnot a (?:\w+ )?(?:tool|function)\b/i

/** Whether the error tells that there is no such tool, and not of what the tool has looked for. */
function tellsOfNoTool(message: string, tool: string): boolean {
  const beginning = message.slice(0, 1000)
  return beginning.includes(tool) && NO_TOOL.test(beginning)
}

/** Whether the tool has not said this before; of work that is acknowledged, whether it was not done before. */
function isNews({ key, tool }: CallRecord, ending: Ending, { steps }: History): boolean {
  const { mark, result, kind } = ending
  for (const { calls } of steps) {
    for (const call of calls) {
      if (call.key === key && call.mark === mark) return false
      if (kind !== 'acknowledged' && call.tool === tool && call.result === result) return false
    }
  }
  return true
}

function has(value: unknown, key: string): boolean {
  try {
    return Object(value) === value && key in (value as object)
  } catch {
    return false
  }
}
