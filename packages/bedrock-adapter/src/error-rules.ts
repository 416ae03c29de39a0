import { errorStatus, readProperty } from '@holdfast/internal'
import type { ErrorClass } from '@holdfast/retry'

/** What an error of a Bedrock call means to each layer. */
export interface ErrorVerdict {
  /** Names the rule; stable, fit for a metric's label. */
  readonly id: string
  /** Another attempt at the same model may succeed. */
  readonly retry: boolean
  /** Another model may succeed. */
  readonly fallback: boolean
  /** Whether it counts against the model's circuit breaker. */
  readonly breaker: 'failure' | 'ignore'
}

/** A row of the table: a verdict and the errors it is for. Every matcher that is given must match. */
export interface BedrockErrorRule extends ErrorVerdict {
  /** Names of errors, in any case: events of a stream spell them in lower camel case. */
  readonly names?: readonly string[]
  /** What `classifyError` of `@holdfast/retry` calls the error. */
  readonly class?: ErrorClass
  readonly message?: RegExp
  readonly when?: (error: unknown) => boolean
}

const GIVE_UP = { retry: false, fallback: false, breaker: 'ignore' } as const
const NEXT_MODEL = { retry: false, fallback: true, breaker: 'ignore' } as const
const SICK_MODEL = { retry: false, fallback: true, breaker: 'failure' } as const
const PASSING = { retry: true, fallback: true, breaker: 'failure' } as const

/**
 * How models say that the input does not fit their context window. Read on 2026-12-01 in public issues of LiteLLM, LangChain,
 * Cline, opencode, and Strands.
 */
const CONTEXT_WINDOW =
  /input is too long|prompt is too long|exceed context limit|too many total text bytes|maximum context length|input tokens exceeded|number of input tokens exceeds/i

/**
 * How Bedrock says that the account, or its user, may not use this model: not enabled, no Marketplace subscription or payment
 * instrument, or a policy that names the model's resource. Read on 2026-12-01 in public issues of the same projects.
 */
const NO_ACCESS =
  /access to the model|model access is denied|not authorized to perform: bedrock:\w{1,60} on resource: arn:aws[\w-]{0,20}:bedrock:/i

/**
 * What each error means; the first row that matches decides.
 *
 * Sources: the error lists of the Bedrock API reference and its troubleshooting page, and what the SDK's client is
 * seen to throw (the simulator's fault matrix). A throttle is about the account's quota rather than the model's
 * health: it is retried and falls back, and does not open the circuit.
 */
export const bedrockErrorRules: readonly BedrockErrorRule[] = [
  // The SDK has just corrected its clock: the same request, signed anew, is good.
  {
    id: 'clock-skew',
    when: (error) => readProperty(readProperty(error, '$metadata'), 'clockSkewCorrected') === true,
    retry: true,
    fallback: false,
    breaker: 'ignore',
  },

  // Our own layers.
  { id: 'circuit-open', names: ['CircuitOpenError'], ...NEXT_MODEL },
  { id: 'incomplete-response', names: ['IncompleteResponseError'], ...PASSING },

  // Quotas. A daily one does not come back within any backoff.
  { id: 'daily-quota', class: 'throttle', message: /per day/i, ...NEXT_MODEL },
  { id: 'model-not-ready', names: ['ModelNotReadyException'], ...PASSING },
  { id: 'throttled', class: 'throttle', ...PASSING, breaker: 'ignore' },
  { id: 'service-quota', names: ['ServiceQuotaExceededException'], ...NEXT_MODEL },

  // The model.
  { id: 'model-timeout', names: ['ModelTimeoutException'], ...SICK_MODEL },
  { id: 'model-error', names: ['ModelErrorException'], ...SICK_MODEL },
  { id: 'model-stream-error', names: ['ModelStreamErrorException'], ...PASSING },

  // The request, wrong for this model or for any.
  {
    id: 'context-window',
    names: ['ValidationException'],
    message: CONTEXT_WINDOW,
    ...NEXT_MODEL,
  },
  {
    id: 'model-not-usable',
    names: ['ValidationException'],
    message: /on-demand throughput|model identifier is invalid/i,
    ...NEXT_MODEL,
  },
  {
    id: 'model-no-access',
    names: ['AccessDeniedException'],
    message: NO_ACCESS,
    ...NEXT_MODEL,
  },
  { id: 'model-not-found', names: ['ResourceNotFoundException'], ...NEXT_MODEL },
  { id: 'validation', names: ['ValidationException'], ...GIVE_UP },
  { id: 'bad-request', class: 'client', ...GIVE_UP },

  // The service and the way to it. In streams errors come by name alone, without a status.
  {
    id: 'service-fault',
    names: ['InternalServerException', 'ServiceUnavailableException'],
    ...PASSING,
  },
  { id: 'transient', class: 'transient', ...PASSING },
  { id: 'timeout', class: 'timeout', ...PASSING },
  // The service said 200 and what followed could not be read: a body cut short, a proxy's HTML, a broken or unknown
  // first event of a stream.
  {
    id: 'unreadable-response',
    when: (error) => errorStatus(error) === 200 && readProperty(error, '$fault') === undefined,
    ...PASSING,
  },
  { id: 'stream-interrupted', names: ['StreamInterruptedError'], ...PASSING },
]

/** What no row is for: credentials, configuration, mistakes in code, aborts. */
export const OTHER: ErrorVerdict = { id: 'other', ...GIVE_UP }
