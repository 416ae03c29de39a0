import { describe, expect, test, vi } from 'vitest'
import { runWithTrace } from './context.ts'
import { SENT, SPAN_ID, TRACE_ID, TRACEPARENT } from './testing.ts'
import { traceClient } from './trace-client.ts'

const trace = { traceId: TRACE_ID, spanId: SPAN_ID, flags: 1, state: 'foo=1' }

class HttpRequest {
  readonly method = 'POST'
  readonly headers: Record<string, string>
  constructor(headers: Record<string, string>) {
    this.headers = headers
  }
}

/** What is sent for a request, by a client that has nothing but this middleware. */
function send(request: unknown): Promise<unknown> {
  const add = vi.fn()
  traceClient({ middlewareStack: { add } })
  const [middleware] = add.mock.lastCall ?? []
  return middleware(async (args: { request: unknown }) => args.request)({ input: {}, request })
}

// The SDK's own clients: in test/trace-client.test.ts of this package.
describe('traceClient', () => {
  test('sends a copy with the headers', async () => {
    const request = new HttpRequest({ ':authority': 'x' })
    const sent = await runWithTrace(trace, () => send(request))
    expect(sent).toBeInstanceOf(HttpRequest)
    expect(sent).toMatchObject({
      method: 'POST',
      headers: { ':authority': 'x', traceparent: expect.stringMatching(SENT), tracestate: 'foo=1' },
    })
    expect(request.headers).toEqual({ ':authority': 'x' })
  })

  test.each([
    ['with a traceparent', new HttpRequest({ TraceParent: TRACEPARENT })],
    ['that is none', undefined],
    ['without headers', {}],
  ])('passes on the very request %s', async (_, request) => {
    expect(await runWithTrace(trace, () => send(request))).toBe(request)
  })

  test('passes on the very request outside of a trace, or in a wrong one', async () => {
    const request = new HttpRequest({})
    expect(await send(request)).toBe(request)
    expect(await runWithTrace({ ...trace, traceId: '' }, () => send(request))).toBe(request)
  })

  test.each([undefined, null, {}, { middlewareStack: {} }])('refuses %o', (client) => {
    expect(() => traceClient(client as never)).toThrow('`client.middlewareStack.add` must be')
  })
})
