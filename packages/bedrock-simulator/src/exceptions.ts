/** What is known of one of the service's errors. */
export interface ExceptionShape {
  readonly status: number
  readonly message: string
  /** Extra members of the body, beside `message`. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/**
 * The service's errors, with the status and the text that it sends.
 * The first twelve are modelled (the client has a class for each); the last four come from the front door.
 */
export const exceptions: Readonly<Record<string, ExceptionShape>> = {
  AccessDeniedException: {
    status: 403,
    message: "You don't have access to the model with the specified model ID.",
  },
  ConflictException: {
    status: 400,
    message: 'The request conflicts with the current state of the resource.',
  },
  InternalServerException: {
    status: 500,
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
  },
  ModelErrorException: {
    status: 424,
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
    fields: { originalStatusCode: 500, resourceName: 'model' },
  },
  ModelNotReadyException: {
    status: 429,
    message: 'Model is not ready for inference. Wait and try your request again.',
  },
  ModelStreamErrorException: {
    status: 424,
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
    fields: { originalStatusCode: 500, originalMessage: 'Internal server error' },
  },
  ModelTimeoutException: {
    status: 408,
    message: 'Model has timed out in processing the request. Try your request again.',
  },
  ResourceNotFoundException: {
    status: 404,
    message: 'Could not resolve the foundation model from the provided model identifier.',
  },
  ServiceQuotaExceededException: {
    status: 400,
    message: 'Your request exceeds the service quota for your account.',
  },
  ServiceUnavailableException: {
    status: 503,
    message: 'Bedrock is unable to process your request.',
  },
  ThrottlingException: {
    status: 429,
    message: 'Too many requests, please wait before trying again.',
  },
  ValidationException: {
    status: 400,
    message: 'The provided request is not valid.',
  },
  ExpiredTokenException: {
    status: 403,
    message: 'The security token included in the request is expired',
  },
  InvalidSignatureException: {
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  },
  UnknownOperationException: {
    status: 404,
    message: 'The requested operation is not recognized by the service.',
  },
  UnrecognizedClientException: {
    status: 403,
    message: 'The security token included in the request is invalid.',
  },
}

/** The shape of an error by its name; one of the user's own counts as a 500. */
export function exceptionShape(name: string): ExceptionShape {
  return Object.hasOwn(exceptions, name)
    ? (exceptions[name] as ExceptionShape)
    : { status: 500, message: `Simulated ${name}.` }
}

/** `throttlingException`, as streams spell it, to `ThrottlingException`. */
export function toErrorName(exceptionType: string): string {
  return exceptionType.charAt(0).toUpperCase() + exceptionType.slice(1)
}

/** Thrown inside the simulator to answer a request with one of the service's errors. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError'
  readonly type: string
  readonly status: number

  constructor(type: string, message?: string, status?: number) {
    const shape = exceptionShape(type)
    super(message ?? shape.message)
    this.type = type
    this.status = status ?? shape.status
  }
}

/** The service's `ValidationException` with this text. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', message)
}

/** What the service says when a member breaks a constraint of its API model. */
export function brokenConstraint(value: unknown, member: string, constraint: string): ServiceError {
  const text = value === undefined || value === null ? 'null' : `'${String(value)}'`
  return invalid(
    `1 validation error detected: Value ${text} at '${member}' failed to satisfy constraint: ${constraint}`,
  )
}
