import { readProperty } from '@holdfast/internal'
import { fingerprint } from './fingerprint.ts'
import type { ToolResult } from './guard.ts'
import type { CallRecord, History } from './history.ts'
import { isOutage } from './is-outage.ts'
import type { ToolView } from './tool-view.ts'
import { withoutNumbers } from './volatile.ts'

const UNKNOWN_TOOL =
  /\b(?:unknown|no such|unrecognized|nonexistent|invalid) (?:tool|function)\b|\b(?:tool|function)\b.{0,80}\b(?:not found|not available|not defined|does(?: not|n't) exist|is not a (?:known|valid))/i

/** What becomes of a call when it has run. */
export function endCall(
  call: CallRecord,
  result: ToolResult,
  view: ToolView,
  history: History,
): CallRecord {
  if ('error' in result) return failed(call, result.error, history)
  const { exact, gist, kind } = view.outputOf(result.output)
  const before = history.ended(call.key)
  // The gist takes longer, and is of no use until the call is made again.
  const mark = before === undefined || exact === before.result ? exact : gist()
  const ended = { ...call, outcome: 'output', result: exact, mark, kind } as const
  return { ...ended, isProgress: isNews(ended, history) }
}

/** What a tool said when it failed. */
export function messageOf(error: unknown): string {
  const message = typeof error === 'string' ? error : readProperty(error, 'message')
  return typeof message === 'string' ? message : ''
}

function failed(call: CallRecord, error: unknown, history: History): CallRecord {
  if (isOutage(error)) return { ...call, outcome: 'outage' }
  const message = messageOf(error)
  const ended = {
    ...call,
    outcome: 'error',
    result: fingerprint(['error', message || error]),
    mark: fingerprint(['error', message ? withoutNumbers(message) : error]),
    kind: 'telling',
    isUnknown: call.isUnknown || UNKNOWN_TOOL.test(message.slice(0, 1000)),
  } as const
  return { ...ended, isProgress: !ended.isUnknown && isNews(ended, history) }
}

/** Whether the tool has not said this before; of work that is acknowledged, whether it was not done before. */
function isNews({ key, tool, mark, result, kind }: CallRecord, { steps }: History): boolean {
  return !steps.some(({ calls }) =>
    calls.some(
      (call) =>
        (call.key === key && call.mark === mark) ||
        (kind !== 'acknowledged' && call.tool === tool && call.result === result),
    ),
  )
}
