/**
 * Makes an error without a stack trace. The trace is nine tenths of what an error costs, and one that turns work away
 * under overload must cost next to nothing. Where the limit is frozen the trace stays.
 */
export function withoutStack<E extends Error>(create: () => E): E {
  const { stackTraceLimit } = Error
  Reflect.set(Error, 'stackTraceLimit', 0)
  try {
    return create()
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  }
}
