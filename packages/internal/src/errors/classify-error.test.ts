import { revokedProxy } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { classifyError, type ErrorClass, errorOutcome, isRetryable } from './classify-error.ts'

/** An error as the AWS SDK throws it. */
const aws = (name: string, httpStatusCode?: number, rest: object = {}) =>
  Object.assign(new Error(`${name}: …`), {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode, requestId: '00000000-0000-4000-8000-000000000000', attempts: 1 },
    ...rest,
  })
const named = (name: string) => Object.assign(new Error(name), { name })
const withCode = (code: string) => Object.assign(new Error(code), { code })
const nodeAbort = (cause: unknown) =>
  Object.assign(new Error('The operation was aborted', { cause }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  })
const fetchFailed = (cause?: unknown) => new TypeError('fetch failed', { cause })
const causes = (depth: number, root: unknown): unknown =>
  depth === 0 ? root : new Error('wrapped', { cause: causes(depth - 1, root) })
const circular = () => {
  const error = new Error('bites its tail')
  error.cause = new Error('other', { cause: error })
  return error
}
const typeError = (code: string) => Object.assign(new TypeError(code), { code })
const bodyTimeout = withCode('UND_ERR_BODY_TIMEOUT')
const aggregate = (code: string) => {
  const errors = [withCode(code), withCode(code)]
  return Object.assign(new AggregateError(errors), { code })
}
/** Each look at `cause` makes another. */
const endless = (): object => ({
  get cause() {
    return endless()
  },
})
const causeTrap = {
  get cause(): unknown {
    throw new Error('trap')
  },
}
const throttledTrap = {
  name: 'ThrottlingException',
  get status(): number {
    throw new Error('trap')
  },
}
const trap = {
  get name() {
    throw new Error('trap')
  },
  get $metadata() {
    throw new Error('trap')
  },
}

test.each([
  [400, 'client'],
  [401, 'client'],
  [403, 'client'],
  [404, 'client'],
  [408, 'timeout'],
  [409, 'client'],
  [422, 'client'],
  [424, 'client'],
  [429, 'throttle'],
  [499, 'client'],
  [500, 'transient'],
  [501, 'transient'],
  [502, 'transient'],
  [503, 'transient'],
  [504, 'transient'],
  [529, 'transient'],
  [599, 'transient'],
  [200, 'unknown'],
  [304, 'unknown'],
  [600, 'unknown'],
])('status %i, wherever it stands: %s', (status, expected) => {
  const places = [{ status }, { statusCode: status }, { response: { status } }]
  for (const error of [...places, { $metadata: { httpStatusCode: status } }]) {
    expect(classifyError(error)).toBe(expected)
    expect(classifyError(new Error('wrapped', { cause: error }))).toBe(expected)
  }
})

describe('classifyError', () => {
  test.each<[what: string, error: unknown, expected: ErrorClass]>([
    // Asked to slow down.
    ['Bedrock throttling', aws('ThrottlingException', 429), 'throttle'],
    ['Bedrock model not ready', aws('ModelNotReadyException', 429), 'throttle'],
    ['throttling by name alone', aws('ThrottlingException'), 'throttle'],
    ['a throttling event of a stream', aws('throttlingException'), 'throttle'],
    ['too many requests', aws('TooManyRequestsException', 400), 'throttle'],
    ['DynamoDB throughput', aws('ProvisionedThroughputExceededException', 400), 'throttle'],
    ['S3 slow down', aws('SlowDown', 503), 'throttle'],
    ['the SDK says so', aws('OddException', 400, { $retryable: { throttling: true } }), 'throttle'],
    ['a 429 of a fetch wrapper', { status: 429 }, 'throttle'],
    ['a 429 of axios', { name: 'AxiosError', response: { status: 429 } }, 'throttle'],

    // The service or the way to it failed.
    ['Bedrock internal error', aws('InternalServerException', 500), 'transient'],
    ['Bedrock unavailable', aws('ServiceUnavailableException', 503), 'transient'],
    ['the SDK calls it retryable', aws('OddException', 400, { $retryable: {} }), 'transient'],
    ['a 502 of a gateway', { statusCode: 502 }, 'transient'],
    ['connection reset', withCode('ECONNRESET'), 'transient'],
    ['connection refused', withCode('ECONNREFUSED'), 'transient'],
    ['broken pipe', withCode('EPIPE'), 'transient'],
    ['name not found', withCode('ENOTFOUND'), 'transient'],
    ['name server busy', withCode('EAI_AGAIN'), 'transient'],
    ['undici: other side closed', withCode('UND_ERR_SOCKET'), 'transient'],
    ['HTTP/2 stream refused', withCode('ERR_HTTP2_STREAM_ERROR'), 'transient'],
    ['HTTP/2 session gone', withCode('ERR_HTTP2_GOAWAY_SESSION'), 'transient'],
    ['an answer that is not HTTP', withCode('HPE_INVALID_CONSTANT'), 'transient'],
    ['a handshake cut off', withCode('EPROTO'), 'transient'],
    ['no route', withCode('EHOSTUNREACH'), 'transient'],
    ['no network', withCode('ENETUNREACH'), 'transient'],
    ['all addresses refused', aggregate('ECONNREFUSED'), 'transient'],
    ['fetch of Node', fetchFailed(withCode('ECONNREFUSED')), 'transient'],
    ['fetch of Node, no cause', fetchFailed(), 'transient'],
    ['fetch of Node, body cut off', new TypeError('terminated'), 'transient'],
    ['fetch of Chromium', new TypeError('Failed to fetch'), 'transient'],
    [
      'fetch of Firefox',
      new TypeError('NetworkError when attempting to fetch resource.'),
      'transient',
    ],
    ['fetch of Safari', new TypeError('Load failed'), 'transient'],

    // No answer in time.
    ['Bedrock model timeout', aws('ModelTimeoutException', 408), 'timeout'],
    ['a timeout of a fetch wrapper', { status: 408 }, 'timeout'],
    ['the SDK’s request handler', aws('TimeoutError'), 'timeout'],
    ['AbortSignal.timeout', new DOMException('timed out', 'TimeoutError'), 'timeout'],
    [
      'AbortSignal.timeout, as Node’s own modules tell of it',
      nodeAbort(new DOMException('timed out', 'TimeoutError')),
      'timeout',
    ],
    ['socket timeout', withCode('ETIMEDOUT'), 'timeout'],
    ['undici: connect', withCode('UND_ERR_CONNECT_TIMEOUT'), 'timeout'],
    ['undici: headers', withCode('UND_ERR_HEADERS_TIMEOUT'), 'timeout'],
    ['undici: body', withCode('UND_ERR_BODY_TIMEOUT'), 'timeout'],
    ['fetch of Node, headers', fetchFailed(withCode('UND_ERR_HEADERS_TIMEOUT')), 'timeout'],
    ['fetch of Node, body', new TypeError('terminated', { cause: bodyTimeout }), 'timeout'],

    // The request itself is wrong.
    ['Bedrock validation', aws('ValidationException', 400), 'client'],
    ['Bedrock access denied', aws('AccessDeniedException', 403), 'client'],
    ['Bedrock not found', aws('ResourceNotFoundException', 404), 'client'],
    ['Bedrock quota', aws('ServiceQuotaExceededException', 400), 'client'],

    // The caller gave up.
    ['abort of fetch', new DOMException('This operation was aborted', 'AbortError'), 'abort'],
    ['abort of Node', withCode('ABORT_ERR'), 'abort'],
    ['abort of Node, with the caller’s reason', nodeAbort(new Error('enough')), 'abort'],
    ['abort of Node, of an abort', nodeAbort(new DOMException('', 'AbortError')), 'abort'],
    ['abort of Node, with a reason that throws when read', nodeAbort(revokedProxy()), 'abort'],
    ['abort behind fetch’s words', fetchFailed(new DOMException('', 'AbortError')), 'abort'],
    ['abort, though a trait says retry', aws('AbortError', undefined, { $retryable: {} }), 'abort'],

    // Nothing says so.
    [
      'a mistake in code',
      new TypeError("Cannot read properties of undefined (reading 'x')"),
      'unknown',
    ],
    ['a mistake of RangeError', new RangeError('Invalid array length'), 'unknown'],
    ['a mistake in names', new ReferenceError('x is not defined'), 'unknown'],
    ['an argument of the wrong type', typeError('ERR_INVALID_ARG_TYPE'), 'unknown'],
    ['a URL that is none', typeError('ERR_INVALID_URL'), 'unknown'],
    ['an HTTP/2 header that is none', typeError('ERR_HTTP2_INVALID_PSEUDOHEADER'), 'unknown'],
    ['fetch of Node, a scheme that is none', fetchFailed(new Error('unknown scheme')), 'unknown'],
    ['a plain error', new Error('boom'), 'unknown'],
    ['the words of fetch from another', new Error('terminated'), 'unknown'],
    ['a redirect', { status: 304 }, 'unknown'],
    ['a status as text', { status: '503' }, 'unknown'],
    ['a name that is no text', { name: { toString: () => 'AbortError' } }, 'unknown'],
    ['a symbol', Symbol('ECONNRESET'), 'unknown'],
    ['a function', () => {}, 'unknown'],
    ['nothing', undefined, 'unknown'],
    ['null', null, 'unknown'],
    ['a string', 'ECONNRESET', 'unknown'],
    ['a number', 503, 'unknown'],

    // Through causes, and whatever else may be thrown.
    [
      'what the AWS SDK says of a pooled session that died',
      new Error('Unexpected error: http2 request did not get a response'),
      'transient',
    ],
    [
      'a fault of the server that came as an event of a stream',
      Object.assign(new Error(), { name: 'InternalServerException', $fault: 'server' }),
      'transient',
    ],
    ['a wrapped fault', causes(3, withCode('ECONNRESET')), 'transient'],
    ['a wrapped abort', causes(1, new DOMException('', 'AbortError')), 'abort'],
    ['the nearest that says something', causes(1, aws('ValidationException', 400)), 'client'],
    ['the last error that is read', causes(49, withCode('ECONNRESET')), 'transient'],
    ['a chain too long to read', causes(60, withCode('ECONNRESET')), 'unknown'],
    ['a chain that bites its tail', circular(), 'unknown'],
    ['getters that throw', trap, 'unknown'],
    ['a cause that throws when read', causeTrap, 'unknown'],
    ['a getter that throws beside a name', throttledTrap, 'throttle'],
    ['a chain without an end', endless(), 'unknown'],
    ['a revoked proxy', revokedProxy(), 'unknown'],
    ['a revoked proxy as cause', causes(1, revokedProxy()), 'unknown'],
    ['a frozen error', Object.freeze(aws('ThrottlingException', 429)), 'throttle'],
  ])('%s', (_, error, expected) => {
    expect(classifyError(error)).toBe(expected)
  })
})

test('reads at most fifty errors, whatever causes they have', () => {
  let looks = 0
  const link = (): object => ({
    get cause() {
      looks++
      return link()
    },
  })
  classifyError(link())
  expect(looks).toBe(50)
})

test.each<[ErrorClass, unknown, boolean]>([
  ['throttle', { status: 429 }, true],
  ['transient', { status: 503 }, true],
  ['timeout', { status: 408 }, true],
  ['client', { status: 404 }, false],
  ['abort', { name: 'AbortError' }, false],
  ['unknown', new Error('boom'), false],
])('a fault of class %s is retryable: %3$s', (_, error, retryable) => {
  expect(isRetryable(error)).toBe(retryable)
})

describe('errors of other runtimes, known by a name or a code alone', () => {
  test.each<[what: string, error: unknown, expected: ErrorClass]>([
    ['Bun: refused', withCode('ConnectionRefused'), 'transient'],
    ['Bun: reset', withCode('ConnectionReset'), 'transient'],
    ['Bun: closed', withCode('ConnectionClosed'), 'transient'],
    ['Bun: no socket', withCode('FailedToOpenSocket'), 'transient'],
    ['Deno: refused', named('ConnectionRefused'), 'transient'],
    ['Deno: reset', named('ConnectionReset'), 'transient'],
    ['Deno: aborted by the other side', named('ConnectionAborted'), 'transient'],
    ['Deno: broken pipe', named('BrokenPipe'), 'transient'],
    ['Deno: ended early', named('UnexpectedEof'), 'transient'],
    ['Deno: timed out', named('TimedOut'), 'timeout'],
    ['node-fetch: body cut off', withCode('ERR_STREAM_PREMATURE_CLOSE'), 'transient'],
    ['TanStack Query: cancelled', named('CancelledError'), 'abort'],
    ['an expired certificate', withCode('CERT_HAS_EXPIRED'), 'unknown'],
    ['a name that only resembles an abort', named('TransactionCanceledException'), 'unknown'],
    ['a DOMException with a numeric code', new DOMException('x', 'DataError'), 'unknown'],
  ])('%s: %3$s', (_, error, expected) => {
    expect(classifyError(error)).toBe(expected)
  })
})

describe('what the library itself says', () => {
  const stated = (rest: object) => Object.assign(new Error('It failed.'), rest)

  test.each(['retryable', 'retriable', 'isRetryable'])('`%s` decides', (key) => {
    const yes = stated({ [key]: true })
    expect([classifyError(yes), isRetryable(yes)]).toEqual(['transient', true])
    const conflict = stated({ [key]: true, status: 409 })
    expect([classifyError(conflict), isRetryable(conflict)]).toEqual(['transient', true])
    const no = stated({ [key]: false, status: 503 })
    expect([classifyError(no), isRetryable(no)]).toEqual(['transient', false])
    const wrapped = stated({ [key]: false, cause: withCode('ECONNRESET') })
    expect([classifyError(wrapped), isRetryable(wrapped)]).toEqual(['transient', false])
  })

  test('a class that the error has stays: a throttle, an abort', () => {
    expect(classifyError(stated({ retryable: true, status: 429 }))).toBe('throttle')
    const abort = stated({ retryable: true, name: 'AbortError' })
    expect([classifyError(abort), isRetryable(abort)]).toEqual(['abort', false])
  })

  test('the server says it in the header of OpenAI and Anthropic', () => {
    const answered = (status: number, word: string) =>
      stated({ status, headers: new Headers({ 'x-should-retry': word }) })
    expect(isRetryable(answered(409, 'true'))).toBe(true)
    expect(isRetryable(answered(503, 'false'))).toBe(false)
    expect(isRetryable(answered(503, 'maybe'))).toBe(true)
  })

  test('only true and false count', () => {
    for (const value of ['false', 0, null, () => false]) {
      expect(isRetryable(stated({ retryable: value, status: 503 }))).toBe(true)
    }
  })
})

describe('an error that wraps several means what its parts mean', () => {
  const of = (...errors: unknown[]) => new AggregateError(errors)
  const [gone, tooLong] = [withCode('ECONNREFUSED'), aws('ValidationException', 400)]

  test.each<[what: string, error: unknown, expected: ErrorClass, retryable: boolean]>([
    ['faults alone', of(gone, gone), 'transient', true],
    ['requests that are wrong', of(tooLong, tooLong), 'client', false],
    ['a fault among them', of(tooLong, gone), 'transient', true],
    ['a throttle among them', of(gone, aws('ThrottlingException', 429)), 'throttle', true],
    [
      'a fault that its library calls final, and a wrong request',
      of(Object.assign(new Error(), { status: 503, retryable: false }), tooLong),
      'transient',
      false,
    ],
    ['mistakes in code', of(new TypeError('x is not a function')), 'unknown', false],
    ['aggregates of aggregates', of(of(of(gone))), 'transient', true],
    ['nothing', of(), 'unknown', false],
    ['a cause beside the parts', Object.assign(of(tooLong), { cause: gone }), 'transient', true],
  ])('%s: %3$s', (_, error, expected, retryable) => {
    expect([classifyError(error), isRetryable(error)]).toEqual([expected, retryable])
  })

  test('that holds itself, or thousands, is read to a bound', () => {
    const self = of(gone)
    self.errors.unshift(self)
    expect(classifyError(self)).toBe('transient')
    let reads = 0
    const part = {
      get cause() {
        reads++
        return undefined
      },
    }
    classifyError(of(...Array(10_000).fill(part)))
    expect(reads).toBe(49)
  })
})

test.each<[what: string, error: unknown, outcome: string]>([
  ['an abort', new DOMException('', 'AbortError'), 'ignore'],
  ['a wrong request', { status: 404 }, 'ignore'],
  ['a throttle with status 400', aws('ProvisionedThroughputExceededException', 400), 'failure'],
  [
    'a timeout signal as Node reports it',
    nodeAbort(new DOMException('', 'TimeoutError')),
    'failure',
  ],
  ['a fault', withCode('ECONNRESET'), 'failure'],
  ['a mistake in code', new TypeError('x is not a function'), 'failure'],
  ['null', null, 'failure'],
])('of the health of a dependency, %s says %3$s', (_, error, outcome) => {
  expect(errorOutcome(error)).toBe(outcome)
})
