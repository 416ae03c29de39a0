import { AsyncLocalStorage } from 'node:async_hooks'
import { newSpanId, newTraceId } from './ids.ts'
import type { TraceContext } from './trace-context.ts'
import { setTraceSource } from './trace-source.ts'
import { RANDOM, SAMPLED } from './traceparent.ts'

/** How a trace begins. */
export interface TraceOptions {
  /** Whether whoever comes after should record it. Default: true. One that goes on keeps what it was. */
  readonly sampled?: boolean | undefined
  /** The id of the request, which the logger writes as `request_id`. */
  readonly requestId?: string | undefined
}

const storage = new AsyncLocalStorage<TraceContext | undefined>()
setTraceSource(() => storage.getStore())

/** The first position of a new trace. */
export function newTrace({ sampled = true, requestId }: TraceOptions = {}): TraceContext {
  return Object.freeze({
    traceId: newTraceId(),
    spanId: newSpanId(),
    parentId: undefined,
    flags: sampled ? RANDOM | SAMPLED : RANDOM,
    state: undefined,
    requestId,
  })
}

/** A piece of work that this one sets off: the same trace with a span id of its own. */
export function nextSpan({ traceId, spanId, flags, state, requestId }: TraceContext): TraceContext {
  return Object.freeze({
    traceId,
    spanId: newSpanId(),
    parentId: spanId,
    flags,
    state,
    requestId,
  })
}

/**
 * Calls a function with this position as the current one, for all that it starts: promises, timers, I/O. `undefined`
 * leaves the trace.
 *
 * @returns what the function returns. What it throws comes through.
 */
export function runWithTrace<T>(trace: TraceContext | undefined, fn: () => T): T {
  return storage.run(trace, fn)
}

/** The current position, if any. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore()
}

/**
 * Keeps the current position, or that there is none, for when the function is called: by an emitter, a pool, a queue,
 * which have their own. The result is of the same type; `this`, arguments and properties are the function's.
 *
 * @example
 * socket.on('message', bind((message) => log.info('A message came', { size: message.length })))
 */
export function bind<F extends (...args: never) => unknown>(fn: F): F {
  const trace = currentTrace()
  return new Proxy(fn, {
    apply: (target, self, args) => storage.run(trace, Reflect.apply, target, self, args),
  })
}
