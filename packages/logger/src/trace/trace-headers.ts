import { currentTrace, nextSpan } from './context.ts'
import type { TraceContext } from './trace-context.ts'
import { formatTraceparent } from './traceparent.ts'
import { parseTracestate } from './tracestate.ts'

/**
 * What to send along with one outgoing call, or to keep with one job: `traceparent`, with a span id of its own, and
 * `tracestate` if there is any. Nothing outside of a trace. `traceFrom` is the other end.
 *
 * @param trace - Default: the current one.
 * @throws TypeError naming the field of a trace made by hand that is wrong.
 */
export function traceHeaders(
  trace: TraceContext | undefined = currentTrace(),
): Record<string, string> {
  if (!trace) return {}
  const traceparent = formatTraceparent(nextSpan(trace))
  const { state } = trace
  // Read again, since it may have been made by hand.
  return state && parseTracestate(state)?.length
    ? { traceparent, tracestate: state }
    : { traceparent }
}
