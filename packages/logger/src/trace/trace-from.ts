import { newTrace, nextSpan, type TraceOptions } from './context.ts'
import type { TraceContext } from './trace-context.ts'
import { parseTraceparent } from './traceparent.ts'
import { formatTracestate, parseTracestate } from './tracestate.ts'

/** `Headers`, those of Node's requests, or any object with the fields, such as a job's. */
export type HeadersLike =
  | { get(name: string): string | null | undefined }
  | Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The position of the work that a request or job asks for: a span of the caller's trace, or of a new one if the headers
 * hold no valid `traceparent`. Never throws.
 *
 * @param options - `sampled` is for a new trace only.
 */
export function traceFrom(headers: HeadersLike, options?: TraceOptions): TraceContext {
  const parent = parseTraceparent(read(headers, 'traceparent'))
  if (!parent) return newTrace(options)
  const entries = parseTracestate(read(headers, 'tracestate')) ?? []
  return nextSpan({
    ...parent,
    state: formatTracestate(entries) || undefined,
    requestId: options?.requestId,
  })
}

function read(headers: HeadersLike, name: string): unknown {
  try {
    if (typeof headers.get === 'function') return headers.get(name)
    const fields = headers as Readonly<Record<string, unknown>>
    // Node's are lower-case; some gateways leave the names as they were sent.
    const isName = (key: string) => key.length === name.length && key.toLowerCase() === name
    const value = fields[name] ?? fields[Object.keys(fields).find(isName) ?? name]
    return Array.isArray(value) ? value.join() : value
  } catch {
    return undefined
  }
}
