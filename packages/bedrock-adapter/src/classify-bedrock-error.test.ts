import { CircuitOpenError } from '@holdfast/circuit-breaker'
import { TimeoutError } from '@holdfast/pipeline'
import { describe, expect, it } from 'vitest'
import { classifyBedrockError } from './classify-bedrock-error.ts'
import { bedrockErrorRules } from './error-rules.ts'
import { IncompleteResponseError, StreamInterruptedError } from './errors.ts'

const EMPTY = { text: '', content: [] }

/** An error as the SDK makes it. */
function sdkError(name: string, httpStatusCode: number | undefined, message = 'It failed.') {
  const $metadata = httpStatusCode === undefined ? undefined : { httpStatusCode }
  return Object.assign(new Error(message), { name, $fault: 'client', $metadata })
}

function withCode(code: string, cause?: unknown) {
  return Object.assign(new Error('It failed.', { cause }), { code })
}

function named(name: string, message = '{"message":"It failed."}') {
  return Object.assign(new Error(message), { name })
}

/** What each error means: the row that decides, and whether to retry, to fall back, to count against the breaker. */
type Row = [error: unknown, id: string, retry: boolean, fallback: boolean, counts: boolean]
const table: Row[] = [
  [
    Object.assign(sdkError('InvalidSignatureException', 403), {
      $metadata: { httpStatusCode: 403, clockSkewCorrected: true },
    }),
    'clock-skew',
    true,
    false,
    false,
  ],
  [
    new CircuitOpenError('model', { state: 'open', since: 0, retryAfterMs: 1_000 }),
    'circuit-open',
    false,
    true,
    false,
  ],
  [new IncompleteResponseError('its body is empty'), 'incomplete-response', true, true, true],
  [
    sdkError(
      'ThrottlingException',
      429,
      'Too many tokens per day, please wait before trying again.',
    ),
    'daily-quota',
    false,
    true,
    false,
  ],
  [sdkError('ModelNotReadyException', 429), 'model-not-ready', true, true, true],
  [
    sdkError('ThrottlingException', 429, 'Too many requests, please wait before trying again.'),
    'throttled',
    true,
    true,
    false,
  ],
  [sdkError('ThrottlingException', undefined), 'throttled', true, true, false],
  [sdkError('Unknown', 429), 'throttled', true, true, false],
  [sdkError('ServiceQuotaExceededException', 400), 'service-quota', false, true, false],
  [sdkError('ModelTimeoutException', 408), 'model-timeout', false, true, true],
  [named('modelTimeoutException'), 'model-timeout', false, true, true],
  [sdkError('ModelErrorException', 424), 'model-error', false, true, true],
  [sdkError('ModelStreamErrorException', 424), 'model-stream-error', true, true, true],
  [
    sdkError('ValidationException', 400, 'Input is too long for requested model.'),
    'context-window',
    false,
    true,
    false,
  ],
  [
    sdkError('ValidationException', 400, 'prompt is too long: 200001 tokens > 200000 maximum'),
    'context-window',
    false,
    true,
    false,
  ],
  [
    sdkError(
      'ValidationException',
      400,
      'Invocation of model ID m with on-demand throughput isn’t supported.',
    ),
    'model-not-usable',
    false,
    true,
    false,
  ],
  [
    sdkError('ValidationException', 400, 'The provided model identifier is invalid.'),
    'model-not-usable',
    false,
    true,
    false,
  ],
  [
    sdkError(
      'AccessDeniedException',
      403,
      "You don't have access to the model with the specified model ID.",
    ),
    'model-no-access',
    false,
    true,
    false,
  ],
  ...[
    'Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions',
    'Model access is denied due to INVALID_PAYMENT_INSTRUMENT: A valid payment instrument must be provided.',
    'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: arn:aws:bedrock:::foundation-model/anthropic.claude-sonnet-4-6 with an explicit deny in a service control policy',
    'User: arn:aws:iam::1:user/u is not authorized to perform: bedrock:InvokeModel on resource: arn:aws:bedrock:eu-west-1:1:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
  ].map(
    (message): Row => [
      sdkError('AccessDeniedException', 403, message),
      'model-no-access',
      false,
      true,
      false,
    ],
  ),
  ...[
    "This model's maximum context length is 202752 tokens. However, you requested 65536 output tokens and your prompt contains at least 137217 input tokens",
    'Input Tokens Exceeded: Number of input tokens exceeds maximum length.',
  ].map(
    (message): Row => [
      sdkError('ValidationException', 400, message),
      'context-window',
      false,
      true,
      false,
    ],
  ),
  [
    sdkError(
      'ResourceNotFoundException',
      404,
      'This model version has reached the end of its life.',
    ),
    'model-not-found',
    false,
    true,
    false,
  ],
  [
    sdkError('ValidationException', 400, 'messages: at least one is needed'),
    'validation',
    false,
    false,
    false,
  ],
  [sdkError('ValidationException', undefined), 'validation', false, false, false],
  [
    sdkError('AccessDeniedException', 403, 'User is not authorized to perform bedrock:InvokeModel'),
    'bad-request',
    false,
    false,
    false,
  ],
  [sdkError('ExpiredTokenException', 403), 'bad-request', false, false, false],
  [sdkError('ConflictException', 400), 'bad-request', false, false, false],
  [sdkError('Unknown', 413), 'bad-request', false, false, false],
  [sdkError('InternalServerException', undefined), 'service-fault', true, true, true],
  [sdkError('ServiceUnavailableException', 503), 'service-fault', true, true, true],
  [sdkError('Unknown', 502), 'transient', true, true, true],
  [sdkError('Unknown', 529), 'transient', true, true, true],
  [
    Object.assign(new SyntaxError('Unexpected token <'), { $metadata: { httpStatusCode: 502 } }),
    'transient',
    true,
    true,
    true,
  ],
  [withCode('ECONNRESET'), 'transient', true, true, true],
  [withCode('ERR_HTTP2_STREAM_CANCEL', withCode('ECONNREFUSED')), 'transient', true, true, true],
  [withCode('ERR_HTTP2_SESSION_ERROR'), 'transient', true, true, true],
  [
    named('TimeoutError', 'Unexpected error: http2 request did not get a response'),
    'timeout',
    true,
    true,
    true,
  ],
  [new TimeoutError(1_000), 'timeout', true, true, true],
  [
    new Error('Unexpected error: http2 request did not get a response'),
    'transient',
    true,
    true,
    true,
  ],
  [
    Object.assign(named('fooException'), { $metadata: { httpStatusCode: 200 } }),
    'unreadable-response',
    true,
    true,
    true,
  ],
  [
    Object.assign(new SyntaxError('Unexpected end of JSON input'), {
      $metadata: { httpStatusCode: 200 },
    }),
    'unreadable-response',
    true,
    true,
    true,
  ],
  [new StreamInterruptedError('ended', 'model', EMPTY), 'stream-interrupted', true, true, true],
  [
    new StreamInterruptedError(
      'failed',
      'model',
      EMPTY,
      new Error('Truncated event message received.'),
    ),
    'stream-interrupted',
    true,
    true,
    true,
  ],
  [
    new StreamInterruptedError('failed', 'model', EMPTY, named('throttlingException')),
    'throttled',
    true,
    true,
    false,
  ],
  [
    new StreamInterruptedError('failed', 'model', EMPTY, named('modelTimeoutException')),
    'model-timeout',
    false,
    true,
    true,
  ],
  [named('CredentialsProviderError'), 'other', false, false, false],
  [named('AbortError', 'Request aborted'), 'other', false, false, false],
  [new TypeError('x is not a function'), 'other', false, false, false],
  [new Error('Region is missing'), 'other', false, false, false],
  [undefined, 'other', false, false, false],
]

describe('what a Bedrock error means', () => {
  it.each(table)('%s → %s', (error, id, retry, fallback, counts) => {
    const breaker = counts ? 'failure' : 'ignore'
    expect(classifyBedrockError(error)).toMatchObject({ id, retry, fallback, breaker })
  })

  it('has an example here for every row of the table', () => {
    const shown = new Set(table.map(([, id]) => id))
    expect(bedrockErrorRules.map((rule) => rule.id).filter((id) => !shown.has(id))).toEqual([])
  })

  it('lets rows of the user decide first', () => {
    const never = {
      id: 'mine',
      class: 'throttle',
      retry: false,
      fallback: false,
      breaker: 'ignore',
    } as const
    const rules = [never, ...bedrockErrorRules]
    expect(classifyBedrockError(sdkError('ThrottlingException', 429), rules).id).toBe('mine')
    expect(classifyBedrockError(sdkError('InternalServerException', 500), rules).id).toBe(
      'service-fault',
    )
  })

  it('passes over a row of the user whose `when` throws, and reports it', () => {
    const reported: unknown[] = []
    const report = (...fault: unknown[]) => void reported.push(fault)
    const when = (error: unknown) =>
      (error as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode === 429
    const mine = { id: 'mine', when, retry: false, fallback: false, breaker: 'ignore' } as const
    const rules = [mine, ...bedrockErrorRules]
    expect(classifyBedrockError(new TimeoutError(1_000), rules, report).id).toBe('timeout')
    expect(reported).toEqual([['errorRules.when', expect.any(TypeError)]])
    expect(classifyBedrockError(sdkError('ThrottlingException', 429), rules).id).toBe('mine')
  })

  it('takes errors that throw when they are looked at', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(classifyBedrockError(proxy).id).toBe('other')
    expect(classifyBedrockError({ name: Object.create(null), message: Symbol('?') }).id).toBe(
      'other',
    )
  })
})
