/** The event that the admin endpoints pass to `onEvent`: a request was refused, or has failed. */
export interface AdminEvent {
  readonly type: 'feature-flags.admin-refused'
  readonly name: string
  /**
   * - 401: no token, or a wrong one.
   * - 403: the token may not write, or `Host` or `Origin` is not accepted.
   * - 429: a wrong token, after too many wrong ones.
   * - 500: an error in the flags or in `authorize`.
   */
  readonly status: number
  readonly requestId: string
  readonly remoteAddress: string | undefined
  /** For 500, what was thrown. The client is not told. Otherwise the refusal. */
  readonly error: unknown
}
