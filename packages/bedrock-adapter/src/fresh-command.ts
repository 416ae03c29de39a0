import { readProperty } from '@holdfast/internal'
import { IncompleteResponseError } from './errors.ts'
import type { ModelInput } from './models.ts'

/** What this package uses of a command of the SDK. */
export interface BedrockCommand {
  readonly input: ModelInput
  middlewareStack: MiddlewareStack
}

interface MiddlewareStack {
  clone(): MiddlewareStack
  add(middleware: Middleware, options: object): void
}

type Next = (args: { request?: unknown }) => Promise<{ response: unknown; output: object }>
type Middleware = (next: Next) => Next

/** What the SDK's own retry would have told the service and the caller. */
export interface AttemptInfo {
  readonly attempt: number
  readonly maxAttempts: number
  /** The same for all attempts of a call. */
  readonly invocationId: string
}

/**
 * A copy of the caller's command that makes one attempt at one model. The caller's own is left as it is.
 */
export function freshCommand(
  command: BedrockCommand,
  input: ModelInput,
  info: AttemptInfo,
): BedrockCommand {
  const Command = command.constructor as new (input: ModelInput) => BedrockCommand
  const fresh = new Command(input)
  fresh.middlewareStack = command.middlewareStack.clone()
  // Under the name, step and priority of the SDK's retry, which it thereby replaces for this command only.
  fresh.middlewareStack.add(singleAttempt(info), {
    name: 'retryMiddleware',
    step: 'finalizeRequest',
    priority: 'high',
    override: true,
  })
  fresh.middlewareStack.add(wholeBody, {
    name: 'holdfastWholeBody',
    step: 'deserialize',
    priority: 'high',
    override: true,
  })
  return fresh
}

/** Does what the SDK's retry does apart from retrying: numbers the attempt in headers and metadata. */
function singleAttempt({ attempt, maxAttempts, invocationId }: AttemptInfo): Middleware {
  return (next) => async (args) => {
    const headers = readProperty(args.request, 'headers') as Record<string, string> | undefined
    if (headers) {
      headers['amz-sdk-invocation-id'] = invocationId
      headers['amz-sdk-request'] = `attempt=${attempt}; max=${maxAttempts}`
    }
    const result = await next(args)
    Object.assign(readProperty(result.output, '$metadata') ?? {}, { attempts: attempt })
    return result
  }
}

/** Over HTTP/2 the SDK takes a body that was cut short for a whole one; `content-length` tells. */
const wholeBody: Middleware = (next) => async (args) => {
  const result = await next(args)
  const promised = Number(
    readProperty(readProperty(result.response, 'headers'), 'content-length') ?? Number.NaN,
  )
  const arrived = readProperty(readProperty(result.output, 'body'), 'byteLength')
  if (typeof arrived === 'number' && arrived < promised) {
    throw new IncompleteResponseError(`${arrived} of ${promised} bytes came`)
  }
  return result
}
