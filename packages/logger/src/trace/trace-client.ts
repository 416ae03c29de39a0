import { checkFunction } from '@holdfast/internal'
import { traceHeaders } from './trace-headers.ts'

/** What is needed of a client of the AWS SDK, version 3. */
export interface TraceableClient {
  readonly middlewareStack: { add(...args: never): void }
}

interface Args {
  readonly request: { readonly headers: Record<string, string> }
}

type Handler = (args: Args) => Promise<unknown>
type Add = (middleware: (next: Handler) => Handler, options: object) => void

/**
 * Lets a client of the AWS SDK, version 3, send the current trace along, each attempt with a span id of its own. A
 * `traceparent` that is there already stays as it is. Doing it twice is doing it once.
 *
 * The headers are not signed: a proxy on the way may write its own, which would make the signature wrong.
 *
 * @returns the client that was given.
 * @throws TypeError when it is not such a client.
 *
 * @example
 * const client = traceClient(new BedrockRuntimeClient({}))
 */
export function traceClient<C extends TraceableClient>(client: C): C {
  checkFunction('client.middlewareStack.add', client?.middlewareStack?.add)
  const stack = client.middlewareStack as unknown as { readonly add: Add }
  stack.add((next) => (args) => next(withTrace(args)), {
    name: 'holdfastTrace',
    // The first step that comes after the signature; each attempt goes through it.
    step: 'deserialize',
    priority: 'high',
    override: true,
  })
  return client
}

/** A copy, since the SDK may send the request again. */
function withTrace(args: Args): Args {
  try {
    const { request } = args
    const added = traceHeaders()
    const names = Object.keys(request.headers)
    const isTraced = names.some((name) => name.toLowerCase() === 'traceparent')
    if (isTraced || !added['traceparent']) return args
    const copy = Object.create(Object.getPrototypeOf(request))
    const headers = { ...request.headers, ...added }
    return { ...args, request: Object.assign(copy, request, { headers }) }
  } catch {
    // A trace that is wrong is no reason for a call to fail.
    return args
  }
}
