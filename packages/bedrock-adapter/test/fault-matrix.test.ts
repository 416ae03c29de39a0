import { Agent } from 'node:http'
import type { LookupFunction } from 'node:net'
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { type Behaviour, type KillBy, startSimulator } from '@holdfast/bedrock-simulator'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { describe, expect, it, vi } from 'vitest'
import { EVENT_STREAM, eventFrame } from '../../bedrock-simulator/src/wire/event-stream.ts'
import { withResilience } from '../src/index.ts'
import {
  ask,
  createClient,
  ending,
  HTTP,
  type Http,
  MODEL,
  NEXT,
  type Operation,
  orHangs,
  QUICK,
} from './harness.ts'

/** Long enough for any answer that comes, short enough to wait for one that does not. */
const PATIENCE_MS = 1_000

/**
 * A fault that the first model has at every request; what a plain client makes of it over HTTP/2 and over HTTP/1.1: how the call
 * ends, and × how many requests it takes; and what the adapter makes of it over either: × how many requests to the
 * first model + how many to the next.
 */
type Row = [
  name: string,
  operation: Operation,
  behaviour: Behaviour,
  plain: string | { readonly h2: string; readonly h1: string },
  resilient: string,
  options?: { readonly requestTimeout: number },
]

const AFTER_A_RETRY = 'ok ×2+1'
const AT_ONCE = 'ok ×1+1'
const INTERRUPTED = 'StreamInterruptedError STREAM_INTERRUPTED ×1+0'

function error(name: string, plain: string, resilient: string, status?: number): Row {
  const behaviour: Behaviour = { type: 'error', error: name, ...(status && { status }) }
  return [`${name} ${status ?? ''}`, 'Converse', behaviour, plain, resilient]
}

/** A status and a body that names no error, as a load balancer gives them. */
function untyped(status: number): Row {
  const behaviour: Behaviour = { type: 'raw', status, body: '{"message":"It failed."}' }
  return [`untyped ${status}`, 'Converse', behaviour, `Unknown ${status} ×3`, AFTER_A_RETRY]
}

const errors: Row[] = [
  error('ThrottlingException', 'ThrottlingException 429 ×3', AFTER_A_RETRY),
  error('ModelNotReadyException', 'ModelNotReadyException 429 ×3', AFTER_A_RETRY),
  error('ServiceUnavailableException', 'ServiceUnavailableException 503 ×3', AFTER_A_RETRY),
  error('InternalServerException', 'InternalServerException 500 ×3', AFTER_A_RETRY),
  untyped(500),
  untyped(502),
  untyped(504),
  error('Overloaded', 'Overloaded 529 ×1', AFTER_A_RETRY, 529),
  error('ModelTimeoutException', 'ModelTimeoutException 408 ×1', AT_ONCE),
  error('ModelErrorException', 'ModelErrorException 424 ×1', AT_ONCE),
  error('ModelStreamErrorException', 'ModelStreamErrorException 424 ×1', AFTER_A_RETRY),
  error('ServiceQuotaExceededException', 'ServiceQuotaExceededException 400 ×1', AT_ONCE),
  error('AccessDeniedException', 'AccessDeniedException 403 ×1', AT_ONCE),
  error('ResourceNotFoundException', 'ResourceNotFoundException 404 ×1', AT_ONCE),
  error('ValidationException', 'ValidationException 400 ×1', 'ValidationException 400 ×1+0'),
  error('ConflictException', 'ConflictException 400 ×1', 'ConflictException 400 ×1+0'),
  error('TooLarge', 'TooLarge 413 ×1', 'TooLarge 413 ×1+0', 413),
  ...['ExpiredTokenException', 'UnrecognizedClientException', 'InvalidSignatureException'].map(
    (name) => error(name, `${name} 403 ×1`, `${name} 403 ×1+0`, 403),
  ),
  [
    'too many tokens per day',
    'Converse',
    {
      type: 'error',
      error: 'ThrottlingException',
      message: 'Too many tokens per day, please wait before trying again.',
    },
    'ThrottlingException 429 ×3',
    AT_ONCE,
  ],
]

const HTML = '<html>Bad gateway</html>'
const cutOver = { h2: 'SyntaxError 200 ×1', h1: 'Error ECONNRESET 200 ×3' }
const cutSilently = { h2: 'ok ×1', h1: 'Error ECONNRESET 200 ×3' }
const halfBody = { h2: 'Error ERR_HTTP2_STREAM_ERROR 200 ×1', h1: 'Error ECONNRESET 200 ×3' }

const bodies: Row[] = [
  [
    'HTML with status 200',
    'Converse',
    { type: 'raw', body: HTML },
    'SyntaxError 200 ×1',
    AFTER_A_RETRY,
  ],
  [
    'HTML with status 502',
    'Converse',
    { type: 'raw', status: 502, body: HTML },
    'SyntaxError 502 ×3',
    AFTER_A_RETRY,
  ],
  ['no body', 'Converse', { type: 'raw', body: '' }, 'ok: undefined ×1', AFTER_A_RETRY],
  ['no body', 'InvokeModel', { type: 'raw', body: '' }, 'ok ×1', AFTER_A_RETRY],
  ['half a body', 'Converse', { type: 'half-body' }, halfBody, AFTER_A_RETRY],
  ['half a body', 'InvokeModel', { type: 'half-body' }, halfBody, AFTER_A_RETRY],
  [
    'a body cut by FIN',
    'Converse',
    { type: 'kill', at: 'mid-body', by: 'fin' },
    cutOver,
    AFTER_A_RETRY,
  ],
  [
    'a body cut by RST',
    'Converse',
    { type: 'kill', at: 'mid-body', by: 'rst' },
    cutOver,
    AFTER_A_RETRY,
  ],
  [
    'a body cut by FIN',
    'InvokeModel',
    { type: 'kill', at: 'mid-body', by: 'fin' },
    cutSilently,
    AFTER_A_RETRY,
  ],
  [
    'a body cut by RST',
    'InvokeModel',
    { type: 'kill', at: 'mid-body', by: 'rst' },
    cutSilently,
    AFTER_A_RETRY,
  ],
]

const noResponse = { h2: 'TimeoutError ×3', h1: 'TimeoutError ECONNRESET ×3' }
const streamError = { h2: 'Error ERR_HTTP2_STREAM_ERROR ×1', h1: 'TimeoutError ECONNRESET ×3' }

function killed(name: string, by: KillBy, plain: Row[3]): Row {
  return [name, 'Converse', { type: 'kill', at: 'before-headers', by }, plain, AFTER_A_RETRY]
}

const connections: Row[] = [
  killed('FIN', 'fin', noResponse),
  killed('RST', 'rst', noResponse),
  killed('GOAWAY 0', { goaway: 0 }, noResponse),
  killed('RST_STREAM 0', { rstStream: 0 }, noResponse),
  killed('RST_STREAM 8', { rstStream: 8 }, noResponse),
  killed('RST_STREAM 1', { rstStream: 1 }, streamError),
  killed('RST_STREAM 2', { rstStream: 2 }, streamError),
  killed('RST_STREAM 11', { rstStream: 11 }, streamError),
  killed('RST_STREAM 13', { rstStream: 13 }, streamError),
  killed(
    'RST_STREAM 7',
    { rstStream: 7 },
    { ...streamError, h2: 'Error ERR_HTTP2_STREAM_ERROR ×3' },
  ),
  killed('GOAWAY 1', { goaway: 1 }, { ...streamError, h2: 'Error ERR_HTTP2_SESSION_ERROR ×1' }),
  killed('GOAWAY 0, then silence', { goaway: 0, silent: true }, { ...noResponse, h2: 'hangs ×1' }),
  ['silence', 'Converse', { type: 'hang', at: 'before-headers' }, 'hangs ×1', AFTER_A_RETRY],
  [
    'silence after the headers',
    'Converse',
    { type: 'hang', at: 'after-headers' },
    'hangs ×1',
    AFTER_A_RETRY,
  ],
  [
    'silence, with the SDK’s own timeout',
    'Converse',
    { type: 'hang', at: 'before-headers' },
    // Over HTTP/1.1 the SDK's timeout only warns unless it is told to throw.
    { h2: 'TimeoutError ×3', h1: 'hangs ×1' },
    AFTER_A_RETRY,
    { requestTimeout: 100 },
  ],
]

/** Events of the simulator's text answer: 0 is `messageStart`, from 1 on come deltas. */
const FIRST = 0
const BEFORE_CONTENT = 1
const AFTER_CONTENT = 3

/** What the adapter makes of a fault that is worth a retry as long as nothing was handed out. */
const places = [
  ['as the first event', FIRST, AFTER_A_RETRY],
  ['before the first content', BEFORE_CONTENT, AFTER_A_RETRY],
  ['after the first content', AFTER_CONTENT, INTERRUPTED],
] as const

function exception(name: string, plain: string, before: string, first = plain): Row[] {
  const lowerCamel = name.charAt(0).toLowerCase() + name.slice(1)
  return places.map(([where, at, after]) => [
    `${lowerCamel} ${where}`,
    'ConverseStream',
    { type: 'exception', at, exception: lowerCamel },
    at === FIRST ? first : plain,
    after === AFTER_A_RETRY ? before : after,
  ])
}

const exceptions: Row[] = [
  // The SDK waits for the first event before it resolves: a throttle there is retried by it, and nothing else is.
  ...exception(
    'ThrottlingException',
    'ThrottlingException ×1',
    AFTER_A_RETRY,
    'ThrottlingException ×3',
  ),
  ...exception('InternalServerException', 'InternalServerException ×1', AFTER_A_RETRY),
  ...exception('ServiceUnavailableException', 'ServiceUnavailableException ×1', AFTER_A_RETRY),
  ...exception('ModelStreamErrorException', 'ModelStreamErrorException ×1', AFTER_A_RETRY),
  ...exception('ValidationException', 'ValidationException ×1', 'ValidationException ×1+0'),
  // Not in ConverseStream's model: the SDK makes a plain Error of them.
  ...exception(
    'ModelTimeoutException',
    'modelTimeoutException ×1',
    AT_ONCE,
    'modelTimeoutException 200 ×1',
  ),
  ...exception(
    'UnheardOfException',
    'unheardOfException ×1',
    AFTER_A_RETRY,
    'unheardOfException 200 ×1',
  ),
  [
    'modelTimeoutException, which InvokeModelWithResponseStream knows',
    'InvokeModelWithResponseStream',
    { type: 'exception', at: AFTER_CONTENT, exception: 'modelTimeoutException' },
    'ModelTimeoutException ×1',
    INTERRUPTED,
  ],
]

const frames: Row[] = places.flatMap(([where, at, resilient]): Row[] => {
  const status = at === FIRST ? ' 200' : ''
  return [
    [
      `an error frame ${where}`,
      'ConverseStream',
      { type: 'error-frame', at, code: 'InternalFailure' },
      `InternalFailure${status} ×1`,
      resilient,
    ],
    [
      `a truncated frame ${where}`,
      'ConverseStream',
      { type: 'truncated-frame', at },
      `Error${status} ×1`,
      resilient,
    ],
    [
      `a bad checksum ${where}`,
      'ConverseStream',
      { type: 'bad-checksum', at },
      `Error${status} ×1`,
      resilient,
    ],
  ]
})

/** The most important rows: over HTTP/2 the SDK says nothing at all of most of these. */
const cuts: Row[] = places.flatMap(([where, at, resilient]): Row[] => {
  const h1 = at === FIRST ? 'Error ECONNRESET 200 ×3' : 'Error ECONNRESET ×1'
  const status = at === FIRST ? ' 200' : ''
  const cut = (name: string, by: KillBy, h2: string): Row => [
    `${name} ${where}`,
    'ConverseStream',
    // The events before it must have arrived: a reset overtakes what is under way.
    { type: 'kill', at, by, gapMs: 20 },
    { h2, h1 },
    resilient,
  ]
  const loud = `Error ERR_HTTP2_STREAM_ERROR${status} ×1`
  return [
    cut('FIN', 'fin', at === FIRST ? 'TimeoutError ×3' : 'ok ×1'),
    cut('RST', 'rst', at === FIRST ? 'TimeoutError ×3' : 'ok ×1'),
    cut('RST_STREAM 0', { rstStream: 0 }, 'ok ×1'),
    cut('RST_STREAM 8', { rstStream: 8 }, 'ok ×1'),
    cut('GOAWAY 0', { goaway: 0 }, 'ok ×1'),
    cut('RST_STREAM 2', { rstStream: 2 }, loud),
    cut('RST_STREAM 11', { rstStream: 11 }, loud),
    cut('RST_STREAM 7', { rstStream: 7 }, at === FIRST ? loud.replace('×1', '×3') : loud),
    cut('GOAWAY 1', { goaway: 1 }, `Error ERR_HTTP2_SESSION_ERROR${status} ×1`),
  ]
})

const ends: Row[] = places.flatMap(([where, at, resilient]): Row[] => [
  [`a clean end ${where}`, 'ConverseStream', { type: 'end', at }, 'ok ×1', resilient],
  [
    `a clean end ${where}`,
    'InvokeModelWithResponseStream',
    { type: 'end', at },
    'ok ×1',
    resilient,
  ],
  [`silence ${where}`, 'ConverseStream', { type: 'hang', at }, 'hangs ×1', resilient],
  // Over HTTP/2 the SDK's own timeout ends the stream as if it were whole.
  [
    `silence ${where}, with the SDK’s own timeout`,
    'ConverseStream',
    { type: 'hang', at },
    { h2: 'ok ×1', h1: 'hangs ×1' },
    resilient,
    { requestTimeout: 100 },
  ],
])

describe.concurrent.each([
  ['an error of the service', errors],
  ['a body that is not the answer', bodies],
  ['a connection that fails before the response', connections],
  ['an exception in a stream', exceptions],
  ['a broken frame in a stream', frames],
  ['a stream that is cut', cuts],
  ['a stream that ends or stops early', ends],
])('%s:', (_, rows) => {
  describe.each(HTTP)('over %s', (http) => {
    it.each(rows)('%s (%s)', async (...[, operation, behaviour, plain, resilient, options]) => {
      const expected = typeof plain === 'string' ? plain : plain[http]
      const hangs = expected.startsWith('hangs')
      expect(await plainly(http, operation, behaviour, options, hangs)).toBe(expected)
      expect(await resiliently(http, operation, behaviour, options)).toBe(resilient)
    })
  })

  it.each(rows)('%s (%s), pooled', async (...[, operation, behaviour, , resilient, options]) => {
    expect(await resiliently('pooled h2', operation, behaviour, options)).toBe(resilient)
  })
})

describe.each(HTTP)('a service that cannot be reached over %s', (http) => {
  /** How often a client tries, and how it ends. */
  async function reach(client: BedrockRuntimeClient) {
    const onEvent = vi.fn()
    const plain = await ending(ask.Converse(client))
    const options = { ...QUICK, models: [MODEL], onEvent }
    const resilient = await ending(ask.Converse(withResilience(client, options)))
    client.destroy()
    const retries = onEvent.mock.calls.filter(([event]) => event.type === 'retry.scheduled')
    return { plain, resilient, retries: retries.length }
  }

  it('because nobody listens is tried again, and told with the error’s own code', async () => {
    const simulator = await startSimulator()
    const client = createClient(simulator, http)
    await simulator.close()
    const refused = http === 'h2' ? 'Error ERR_HTTP2_STREAM_CANCEL' : 'Error ECONNREFUSED'
    expect(await reach(client)).toEqual({ plain: refused, resilient: refused, retries: 1 })
  })

  it('because its name is not found is tried again, and told with the error’s own code', async () => {
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), '')
    const client = new BedrockRuntimeClient({
      region: 'us-east-1',
      endpoint: 'http://bedrock.invalid',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
      requestHandler:
        http === 'h2'
          ? { nodeHttp2ConnectOptions: { lookup } }
          : new NodeHttpHandler({ httpAgent: new Agent({ lookup }) }),
    })
    const unknown = http === 'h2' ? 'Error ERR_HTTP2_STREAM_CANCEL' : 'Error ENOTFOUND'
    expect(await reach(client)).toEqual({ plain: unknown, resilient: unknown, retries: 1 })
  })
})

it('an HTTP/1.1 handler that throws on timeout is retried', async () => {
  await using simulator = await startSimulator({
    rules: [{ model: MODEL, behaviour: { type: 'hang', at: 'before-headers' } }],
  })
  const client = new BedrockRuntimeClient({
    ...simulator.clientConfig,
    requestHandler: new NodeHttpHandler({ requestTimeout: 100, throwOnRequestTimeout: true }),
  })
  expect(await ending(ask.Converse(withResilience(client, QUICK)))).toBe('ok')
  expect(simulator.requests.map(({ model }) => model)).toEqual([MODEL, MODEL, NEXT])
  expect(await ending(ask.Converse(client))).toBe('TimeoutError ETIMEDOUT')
  expect(simulator.requests).toHaveLength(6)
  client.destroy()
})

it.each(HTTP)(
  'an event of an unknown type over %s is passed over by the SDK, and harms nobody',
  async (http) => {
    const start = eventFrame('messageStart', { role: 'assistant' })
    const unheardOf = eventFrame('unheardOf', { what: 1 })
    const delta = eventFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi.' } })
    const stop = eventFrame('messageStop', { stopReason: 'end_turn' })
    const body = Buffer.concat([start, unheardOf, delta, unheardOf, stop])
    const headers = { 'content-type': EVENT_STREAM }
    await using simulator = await startSimulator({
      rules: [{ behaviour: { type: 'raw', body, headers } }],
    })
    const client = createClient(simulator, http)
    const events = await ask.ConverseStream(client)
    expect(events).toHaveLength(3)
    expect(await ask.ConverseStream(withResilience(client, QUICK))).toEqual(events)
    client.destroy()
  },
)

async function plainly(
  http: Http,
  operation: Operation,
  behaviour: Behaviour,
  options: object | undefined,
  hangs: boolean,
): Promise<string> {
  await using simulator = await startSimulator({ rules: [{ behaviour }] })
  const client = createClient(simulator, http)
  const answer = ending(ask[operation](client, options))
  const ended = await (hangs ? orHangs(answer, PATIENCE_MS) : answer)
  client.destroy()
  return `${ended} ×${simulator.requests.length}`
}

async function resiliently(
  http: Http,
  operation: Operation,
  behaviour: Behaviour,
  options: object | undefined,
): Promise<string> {
  await using simulator = await startSimulator({ rules: [{ model: MODEL, behaviour }] })
  const client = createClient(simulator, http)
  const timeouts = staysSilent(behaviour)
    ? { attemptTimeoutMs: PATIENCE_MS, streamIdleTimeoutMs: PATIENCE_MS }
    : {}
  const wrapped = withResilience(client, { ...QUICK, ...timeouts })
  const ended = await ending(ask[operation](wrapped, options))
  client.destroy()
  const asked = (model: string) => simulator.requests.filter((request) => request.model === model)
  return `${ended} ×${asked(MODEL).length}+${asked(NEXT).length}`
}

function staysSilent(behaviour: Behaviour): boolean {
  if (behaviour.type !== 'kill') return behaviour.type === 'hang'
  return typeof behaviour.by === 'object' && 'silent' in behaviour.by
}
