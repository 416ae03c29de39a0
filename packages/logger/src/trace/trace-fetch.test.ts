import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { runWithTrace } from './context.ts'
import { SENT, SPAN_ID, TRACE_ID, TRACEPARENT } from './testing.ts'
import { traceFetch } from './trace-fetch.ts'

const URL_TEXT = 'http://example.test/path'
const trace = { traceId: TRACE_ID, spanId: SPAN_ID, flags: 1, state: 'foo=1' }

type Arguments = Parameters<typeof fetch>

/** What arrives when these arguments are given to `fetch`. */
let sent: Request[] = []
const inner = vi.fn(async (...args: Arguments): Promise<Response> => {
  sent.push(new Request(...args))
  return new Response('ok')
})
const traced = traceFetch(inner)
const send = (...args: Arguments) => runWithTrace(trace, () => traced(...args))

beforeEach(() => {
  sent = []
  inner.mockClear()
})
afterEach(() => vi.unstubAllGlobals())

describe('traceFetch', () => {
  test.each<[string, () => Arguments]>([
    ['a URL’s text', () => [URL_TEXT]],
    ['a URL', () => [new URL(URL_TEXT)]],
    ['a request', () => [new Request(URL_TEXT)]],
    ['no headers', () => [URL_TEXT, { method: 'PUT' }]],
    ['undefined headers', () => [URL_TEXT, { headers: undefined } as object]],
    ['Headers', () => [URL_TEXT, { headers: new Headers({ a: '1' }) }]],
    [
      'pairs',
      () => [
        URL_TEXT,
        {
          headers: [
            ['a', '1'],
            ['a', '2'],
          ],
        },
      ],
    ],
    ['a record', () => [URL_TEXT, { headers: { A: '1' } }]],
    [
      'a request and options',
      () => [new Request(URL_TEXT, { headers: { b: '1' } }), { method: 'PUT' }],
    ],
    [
      'a request and headers, which replace its own',
      () => [new Request(URL_TEXT, { headers: { b: '1' } }), { headers: { a: '1' } }],
    ],
    [
      'a request in the place of the options',
      () => [URL_TEXT, new Request('http://other.test', { method: 'POST', headers: { a: '1' } })],
    ],
  ])('adds the headers to %s, and changes nothing else', async (_, make) => {
    const plain = new Request(...make())
    expect(await (await send(...make())).text()).toBe('ok')
    const [request] = sent
    const { traceparent, tracestate, ...rest } = Object.fromEntries(request?.headers ?? [])
    expect(traceparent).toMatch(SENT)
    expect(tracestate).toBe('foo=1')
    expect(rest).toEqual(Object.fromEntries(plain.headers))
    expect([request?.url, request?.method]).toEqual([plain.url, plain.method])
  })

  test('changes nothing of the caller’s', async () => {
    const headers = new Headers({ a: '1' })
    const record = Object.freeze({ a: '1' })
    const pairs: [string, string][] = [['a', '1']]
    const request = new Request(URL_TEXT, { headers })
    const init = Object.freeze({ headers: record })
    await send(request)
    await send(URL_TEXT, { headers })
    await send(URL_TEXT, { headers: pairs })
    await send(URL_TEXT, init)
    expect([...headers, ...request.headers].flat()).toEqual(['a', '1', 'a', '1'])
    expect(pairs).toEqual([['a', '1']])
    expect(sent.every(({ headers }) => headers.has('traceparent'))).toBe(true)
  })

  test('keeps the body, the signal and options of other kinds', async () => {
    const { signal } = new AbortController()
    const dispatcher = {}
    await send(URL_TEXT, { method: 'POST', body: 'text', signal, dispatcher } as RequestInit)
    expect(inner.mock.lastCall?.[1]).toMatchObject({ signal, dispatcher })
    await send(new Request(URL_TEXT, { method: 'POST', body: 'text', signal }))
    await send(URL_TEXT, new Request(URL_TEXT, { method: 'POST', body: 'text' }))
    expect(await Promise.all(sent.map((request) => request.text()))).toEqual([
      'text',
      'text',
      'text',
    ])
  })

  test('leaves a traceparent of the caller as it is', async () => {
    await send(URL_TEXT, { headers: { TraceParent: TRACEPARENT, tracestate: 'own=1' } })
    await send(new Request(URL_TEXT, { headers: { traceparent: TRACEPARENT } }))
    expect(sent.map(({ headers }) => headers.get('traceparent'))).toEqual([
      TRACEPARENT,
      TRACEPARENT,
    ])
    expect(sent.map(({ headers }) => headers.get('tracestate'))).toEqual(['own=1', null])
  })

  test('gives each call a span id of its own', async () => {
    await Promise.all(Array.from({ length: 10 }, () => send(URL_TEXT)))
    const spans = sent.map(({ headers }) => headers.get('traceparent')?.slice(36, 52))
    expect(new Set([...spans, SPAN_ID]).size).toBe(11)
  })

  test('passes on the very arguments outside of a trace', async () => {
    const init = { headers: { a: '1' } }
    await traced(URL_TEXT, init)
    expect(inner.mock.lastCall?.[0]).toBe(URL_TEXT)
    expect(inner.mock.lastCall?.[1]).toBe(init)
  })

  test('leaves it to fetch to refuse what is wrong', async () => {
    const init = { headers: { 'not a name': '1' } }
    await expect(send(URL_TEXT, init)).rejects.toThrow(TypeError)
    expect(inner.mock.lastCall?.[1]).toBe(init)
    await expect(send(undefined as unknown as string)).rejects.toThrow(TypeError)
  })

  test('sends nothing of a wrong trace, rather than not to send', async () => {
    await runWithTrace({ ...trace, traceId: 'wrong' }, () => traced(URL_TEXT))
    expect(sent[0]?.headers.has('traceparent')).toBe(false)
  })

  test('takes the global fetch as it is at each call', async () => {
    const global = traceFetch()
    vi.stubGlobal('fetch', inner)
    await runWithTrace(trace, () => global(URL_TEXT))
    expect(sent[0]?.headers.get('traceparent')).toMatch(SENT)
  })

  test('keeps this and the function’s properties', () => {
    const extended = Object.assign(
      function (this: unknown) {
        return this
      },
      { extra: 1 },
    )
    const self = {}
    expect(traceFetch(extended).extra).toBe(1)
    expect(traceFetch(extended).call(self)).toBe(self)
  })

  test('refuses what is no function', () => {
    expect(() => traceFetch(5 as unknown as typeof fetch)).toThrow('`fetch` must be a function')
  })
})
