import { systemClock } from '@holdfast/internal'
import { LEVELS, type Level } from '../levels.ts'
import { newTrace, runWithTrace } from '../trace/context.ts'
import type { TraceContext } from '../trace/trace-context.ts'
import { type HeadersLike, traceFrom } from '../trace/trace-from.ts'
import { formatTraceparent } from '../trace/traceparent.ts'
import { pickHeaders, readHeader } from './request-headers.ts'
import { requestId } from './request-id.ts'
import type { Outcome, RequestLine } from './request-line.ts'
import { recordRequests } from './request-metrics.ts'
import { checkRequestOptions, type RequestLoggerOptions } from './request-options.ts'
import { pathOf } from './request-target.ts'

/** A request as it comes in, of any server. */
export interface Incoming {
  readonly request: object
  readonly method: string
  /** With or without host and query. */
  readonly target: string
  readonly headers: HeadersLike
  /** Which route the framework has found; asked at the end. */
  readonly route?: (() => string | undefined) | undefined
}

/** A request on its way. */
export interface RunningRequest {
  readonly trace: TraceContext
  /** What the answer tells of it. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Told how the request ended. Further calls do nothing. Never throws. */
  readonly end: End
  /** What the framework has caught: the reason, if it makes an answer of 500 or more of it. */
  error?: unknown
}

export type End = (outcome: Outcome, status?: number, error?: unknown) => void

/** How grave each outcome is. */
const LEVEL_OF: Readonly<Record<Outcome, Level>> = {
  completed: 'info',
  aborted: 'warn',
  failed: 'error',
}

/** From an answer that was at hand to one that a model took its time for. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/**
 * What the three forms share: what is known of a request at its beginning, and what is told at its end.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createBegin(options: RequestLoggerOptions): (incoming: Incoming) => RunningRequest {
  checkRequestOptions(options)
  const { logger, registry, buckets = BUCKETS, maxRoutes = 200, clock = systemClock } = options
  const { trustRequestId = true, trustTrace = true, serverTiming, route: namedRoute } = options
  const idHeader = (options.requestIdHeader ?? 'x-request-id').toLowerCase()
  const headerNames = options.headers?.map((name) => name.toLowerCase())
  const record = registry && recordRequests(registry, buckets, maxRoutes)

  return ({ request, method, target, headers, route }) => {
    const startedAt = clock.now()
    const path = pathOf(target)
    const given = trustRequestId ? readHeader(headers, idHeader) : undefined
    const ids = { requestId: requestId(given) }
    const trace = trustTrace ? traceFrom(headers, ids) : newTrace(ids)
    let isOver = false

    const end: End = (how, status, error) => {
      if (isOver) return
      isOver = true
      const outcome = how === 'completed' && Number(status) >= 500 ? 'failed' : how
      const line: RequestLine = {
        method,
        path,
        route: attempt(namedRoute, { method, path, request }) ?? attempt(route),
        status,
        // To the microsecond: more is noise.
        duration_ms: Math.round((clock.now() - startedAt) * 1000) / 1000,
        aborted: outcome === 'aborted' || undefined,
        err: outcome === 'failed' ? (error ?? running.error) : undefined,
        headers: headerNames && pickHeaders(headers, headerNames),
      }
      attempt(record, outcome, line)
      if (attempt(options.ignore, line) === true) return
      const level = attempt(options.level, line) as Level
      const isLevel = Object.hasOwn(LEVELS, level)
      // Who calls may be a connection that serves many requests, or none.
      attempt(runWithTrace, trace, () =>
        logger[isLevel ? level : LEVEL_OF[outcome]](`request ${outcome}`, line),
      )
    }

    const echoed: [string, string][] = [[idHeader, ids.requestId]]
    if (serverTiming) {
      // The editor's draft of Trace Context, in place of a `traceresponse` header.
      echoed.push(['server-timing', `trace;desc=${formatTraceparent(trace)}`])
    }
    const running: RunningRequest = { trace, headers: echoed, end }
    return running
  }
}

/** What a function says. One that throws says nothing. */
function attempt<A extends readonly unknown[], T>(
  fn: ((...args: A) => T) | undefined,
  ...args: A
): T | undefined {
  try {
    return fn?.(...args)
  } catch {
    return undefined
  }
}
