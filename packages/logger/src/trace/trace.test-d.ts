import type { IncomingHttpHeaders } from 'node:http'
import type { IncomingHttpHeaders as Http2Headers } from 'node:http2'
import { expectTypeOf, test } from 'vitest'
import {
  bind,
  currentTrace,
  formatTraceparent,
  formatTracestate,
  newTrace,
  nextSpan,
  parseTraceparent,
  parseTracestate,
  runWithTrace,
  type TraceContext,
  type TracestateEntry,
  traceClient,
  traceFetch,
  traceFrom,
  traceHeaders,
  withTracestate,
} from '../trace/index.ts'

declare const trace: TraceContext

test('what is parsed may be nothing', () => {
  expectTypeOf(parseTraceparent(5)).toEqualTypeOf<TraceContext | undefined>()
  expectTypeOf(parseTracestate(null)).toEqualTypeOf<TracestateEntry[] | undefined>()
  expectTypeOf(currentTrace()).toEqualTypeOf<TraceContext | undefined>()
  // @ts-expect-error: it may be undefined.
  formatTraceparent(currentTrace())
  expectTypeOf(formatTracestate([['a', 'b']])).toEqualTypeOf<string>()
})

test('a trace is not changed', () => {
  // @ts-expect-error: it is read-only.
  trace.flags = 1
  expectTypeOf(nextSpan(trace)).toEqualTypeOf<TraceContext>()
  expectTypeOf(withTracestate(trace, 'a', 'b')).toEqualTypeOf<TraceContext>()
  newTrace({ sampled: false, requestId: undefined })
  // @ts-expect-error: there is no such option.
  newTrace({ random: true })
})

test('running gives what the function gives', () => {
  expectTypeOf(runWithTrace(trace, () => 5)).toEqualTypeOf<number>()
  expectTypeOf(runWithTrace(undefined, async () => 'a')).toEqualTypeOf<Promise<string>>()
})

test('a bound function is of the same type', () => {
  const fn = (a: number, ...rest: string[]): boolean => rest.length > a
  expectTypeOf(bind(fn)).toEqualTypeOf<typeof fn>()
  const method = function (this: Date, a: number): string {
    return `${this}${a}`
  }
  expectTypeOf(bind(method)).toEqualTypeOf<typeof method>()
  const generic = <T>(value: T): T => value
  expectTypeOf(bind(generic)('a')).toEqualTypeOf<string>()
  // @ts-expect-error: it is no function.
  bind(5)
})

test('headers may be of many kinds', () => {
  expectTypeOf(traceFrom(new Headers())).toEqualTypeOf<TraceContext>()
  traceFrom({} as IncomingHttpHeaders)
  traceFrom({} as Http2Headers)
  traceFrom({} as NodeJS.Dict<string[]>)
  traceFrom(new Map<string, string>())
  traceFrom(traceHeaders())
  traceFrom({ traceparent: 'x' }, { requestId: 'r' })
  // @ts-expect-error: a text is none.
  traceFrom('traceparent')
})

test('what is sent along fits where headers go', () => {
  new Headers({ ...traceHeaders(), accept: '*/*' })
  fetch('http://example.test', { headers: traceHeaders(trace) })
})

test('a traced fetch is of the same type', () => {
  expectTypeOf(traceFetch()).toEqualTypeOf<typeof fetch>()
  type Narrow = (input: string, init?: { agent: number }) => Promise<{ status: number }>
  expectTypeOf(traceFetch({} as Narrow)).toEqualTypeOf<Narrow>()
  type Extended = typeof fetch & { extra: number }
  expectTypeOf(traceFetch({} as Extended)).toEqualTypeOf<Extended>()
  // @ts-expect-error: it is no function.
  traceFetch({})
})

test('a traced client is of the same type', () => {
  interface Client {
    send(command: object): Promise<string>
    middlewareStack: {
      add(middleware: (next: string) => string, options?: { step: 'build' }): void
      add(middleware: (next: number) => number, options: { step: 'deserialize' }): void
    }
  }
  expectTypeOf(traceClient({} as Client)).toEqualTypeOf<Client>()
  // @ts-expect-error: it has no middleware.
  traceClient({ send: () => {} })
})
