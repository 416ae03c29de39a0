/** What the admin endpoints tell their observer: that a request was refused, or has failed. */
export interface AdminEvent {
  readonly type: 'feature-flags.admin-refused'
  readonly name: string
  /** 401, 403 or 429: a stranger, a scope that does not suffice, too many failed attempts. 500: an error of ours, or of yours. */
  readonly status: number
  readonly requestId: string
  readonly remoteAddress: string | undefined
  /** Of a 500 what was thrown: its client is told nothing of it. */
  readonly error: unknown
}
