/** One block of an answer, in the words of the Converse API. */
export type ContentBlock =
  | { readonly text: string }
  | {
      readonly toolUse: {
        readonly name: string
        /** Any JSON value; an object in practice. */
        readonly input: unknown
        /** Default: a made-up `tooluse_…`. */
        readonly toolUseId?: string | undefined
      }
    }
  | {
      readonly reasoningContent: {
        readonly reasoningText: { readonly text: string; readonly signature?: string | undefined }
      }
    }

/** Token counts, in the words of the Converse API. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly cacheReadInputTokens?: number | undefined
  readonly cacheWriteInputTokens?: number | undefined
}

/** What an answer says. Everything left out is made up from the request, the same each time. */
export interface ReplyFields {
  /** A text block. Default: an echo of the last user message. Placed before `content`. */
  readonly text?: string | undefined
  /** Several blocks, in order. */
  readonly content?: readonly ContentBlock[] | undefined
  /** Default `end_turn`, or `tool_use` when the answer uses a tool. */
  readonly stopReason?: string | undefined
  /** Default: about one token for four characters. */
  readonly usage?: Partial<Usage> | undefined
  /** The reported latency, in milliseconds. Default: `latency` of the options. */
  readonly latencyMs?: number | undefined
  /** How many deltas a stream makes of each text, tool input or reasoning, at most. Default 5. */
  readonly deltas?: number | undefined
}

/** Answer as the service would. */
export interface Reply extends ReplyFields {
  readonly type: 'reply'
}

/**
 * Where in a response a fault strikes. A number `k`: after `k` events of a stream were sent.
 * `mid-body`: after half of a unary body, or half of a stream's events.
 * For a unary body, 0 is `after-headers` and every other number is `mid-body`.
 */
export type Place = 'before-headers' | 'after-headers' | 'mid-body' | number

/** How a connection dies. On HTTP/1.1, `rstStream` and `goaway` act as `rst`. */
export type KillBy =
  /** TCP FIN: the orderly end of a connection that should not have ended. */
  | 'fin'
  /** TCP RST. */
  | 'rst'
  /** An HTTP/2 RST_STREAM frame with this code; the connection lives on. */
  | { readonly rstStream: number }
  /** An HTTP/2 GOAWAY frame with this code, then the connection is closed, or if `silent` says no more. */
  | { readonly goaway: number; readonly silent?: boolean | undefined }

/** A way to go wrong. */
export type Fault =
  /** One of the service's errors, or one of your own. */
  | {
      readonly type: 'error'
      /** The error's name, such as `ThrottlingException`. */
      readonly error: string
      /** Default: the service's status for that name, else 500. */
      readonly status?: number | undefined
      readonly message?: string | undefined
      readonly headers?: Readonly<Record<string, string>> | undefined
      /** Extra members of the body, such as `originalStatusCode`. */
      readonly fields?: Readonly<Record<string, unknown>> | undefined
    }
  /** These bytes, whatever they are: HTML from a proxy, broken JSON, nothing. */
  | {
      readonly type: 'raw'
      /** Default 200. */
      readonly status?: number | undefined
      /** Default `content-type: application/json`. */
      readonly headers?: Readonly<Record<string, string>> | undefined
      readonly body: string | Uint8Array | { readonly base64: string }
    }
  /** Say nothing more, and keep the connection open. */
  | { readonly type: 'hang'; readonly at: Place }
  /** A modelled exception as event `at` of the stream. Unary: the error itself. */
  | {
      readonly type: 'exception'
      readonly at: number
      /** In lowerCamel, such as `throttlingException`. */
      readonly exception: string
      readonly message?: string | undefined
      readonly fields?: Readonly<Record<string, unknown>> | undefined
    }
  /** An unmodelled error as event `at` of the stream. Unary: a 500 of that name. */
  | {
      readonly type: 'error-frame'
      readonly at: number
      readonly code: string
      readonly message?: string | undefined
    }
  /** Event `at` arrives with a wrong checksum. Unary: as `half-body`. */
  | { readonly type: 'bad-checksum'; readonly at: number }
  /** Half of event `at`, then a clean end. Unary: as `half-body`. */
  | { readonly type: 'truncated-frame'; readonly at: number }
  /** A clean end after `at` events, so without `messageStop`. Unary: as `half-body`. */
  | { readonly type: 'end'; readonly at: number }
  /** Headers that promise the whole body, half of it, then a clean end. */
  | { readonly type: 'half-body' }
  /** The connection dies. */
  | { readonly type: 'kill'; readonly at: Place; readonly by: KillBy }

/** When things are sent, and what a fault that strikes half-way was about to say. */
export interface Pace {
  /** Milliseconds before the headers. Default 0. */
  readonly delayMs?: number | undefined
  /** Milliseconds between the events of a stream, and before a fault that follows them. Default 0. */
  readonly gapMs?: number | undefined
  /** The answer that a fault interrupts. Default: the same as for `{ type: 'reply' }`. */
  readonly reply?: ReplyFields | undefined
}

/** What to do with one request. */
export type Behaviour = (Reply | Fault) & Pace
