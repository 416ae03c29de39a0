/** What the line of a request carries besides message, level, time and ids. */
export interface RequestLine {
  readonly method: string
  /** Without query string, as the client wrote it. */
  readonly path: string
  /** The pattern that the path matched, if it is known. */
  readonly route?: string | undefined
  /** Missing when no answer was sent, or none that is known. */
  readonly status?: number | undefined
  /** Until the last byte of the answer was handed to the operating system, in milliseconds. */
  readonly duration_ms: number
  /** The connection was gone before the answer was whole. */
  readonly aborted?: true | undefined
  /** Why there was no answer, or not all of it, or one of 500 or more, if that is known. */
  readonly err?: unknown
  /** Those that the option names, as far as they came. */
  readonly headers?: Readonly<Record<string, unknown>> | undefined
}

/** What became of a request: it is answered; the client has left; or there is no answer, or one of 500 or more. */
export type Outcome = 'completed' | 'aborted' | 'failed'

/** A request on its way, for the `route` option. */
export interface RequestFacts {
  readonly method: string
  readonly path: string
  /** As the server has it: Node's, Express's, Fastify's `raw`, a web `Request`. */
  readonly request: object
}
