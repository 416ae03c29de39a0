/**
 * Where in a trace a piece of work stands: https://www.w3.org/TR/trace-context-2/. Frozen: a new position is a new object.
 */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, not all zero. The same for all that one request sets off. */
  readonly traceId: string
  /** 16 lower-case hexadecimal digits, not all zero. This piece of work. */
  readonly spanId: string
  /** The span that set this one off, if any. */
  readonly parentId?: string | undefined
  /** Bits: 1 sampled, 2 random (the trace id's right-most 7 bytes are random). */
  readonly flags: number
  /** What tracing systems pass along, as a valid `tracestate` header. */
  readonly state?: string | undefined
  /** The id of the request, which the logger writes as `request_id`. */
  readonly requestId?: string | undefined
}
