import type { TraceContext } from './trace-context.ts'

type Read = () => TraceContext | undefined

let read: Read = () => undefined

/** The current position, if `/trace` has been loaded: only then can there be one. */
export function readTrace(): TraceContext | undefined {
  return read()
}

/**
 * Called by `/trace` as it loads. The logger reads the trace through this module, so that the main entry does not import
 * `AsyncLocalStorage`, which some runtimes lack.
 */
export function setTraceSource(source: Read): void {
  read = source
}
