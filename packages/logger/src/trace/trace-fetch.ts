import { checkFunction } from '@holdfast/internal'
import { traceHeaders } from './trace-headers.ts'

/** What is read of the arguments of `fetch`. */
interface FetchArgument {
  readonly headers?: HeadersInit | undefined
}

type HeadersInit = ConstructorParameters<typeof Headers>[0]

/**
 * A `fetch` that sends the current trace along, each call with a span id of its own. What the caller gives is not
 * changed, and a `traceparent` among it stays as it is.
 *
 * @param fetch - Default: the global one, as it is at each call.
 * @throws TypeError when it is not a function.
 *
 * @example
 * const fetch = traceFetch()
 */
export function traceFetch<F extends (...args: never) => unknown = typeof globalThis.fetch>(
  fetch?: F,
): F {
  const inner =
    fetch ?? ((...args: Parameters<typeof globalThis.fetch>) => globalThis.fetch(...args))
  checkFunction('fetch', inner)
  return new Proxy(inner as F, {
    apply: (target, self, args) => Reflect.apply(target, self, withTrace(args)),
  })
}

function withTrace(args: unknown[]): unknown[] {
  try {
    const added = traceHeaders()
    if (!added['traceparent']) return args
    let [input, init, ...rest] = args
    // A request as the second argument has nothing of its own that could be spread.
    if (init instanceof Request) {
      input = new Request(input as string, init)
      init = undefined
    }
    const given = init as FetchArgument | undefined
    // Headers of the second argument replace those of the first.
    const headers = new Headers(given?.headers ?? (input as FetchArgument).headers)
    if (!headers.has('traceparent')) for (const name in added) headers.set(name, added[name] ?? '')
    return [input, { ...given, headers }, ...rest]
  } catch {
    // Whatever is wrong with them, `fetch` says it best.
    return args
  }
}
