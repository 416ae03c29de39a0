/** The properties of an error that matter to a client: whether to try again, and when. */
interface Rejection {
  readonly statusCode?: unknown
  readonly retryAfterMs?: unknown
}

/** The response to a failed model call: 503 if the client may try again, 502 for all other errors. */
export function modelFailed(error: unknown): Response {
  const { statusCode, retryAfterMs } = Object(error) as Rejection
  const status = statusCode === 503 ? 503 : 502
  const headers = new Headers()
  if (typeof retryAfterMs === 'number') {
    headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)))
  }
  return new Response('No answer\n', { status, headers })
}
