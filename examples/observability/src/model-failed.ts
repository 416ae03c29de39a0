/** What of an error its reader can use: whether the service is too busy, and for how long. */
interface Rejection {
  readonly statusCode?: unknown
  readonly retryAfterMs?: unknown
}

/** What a client is told: 503 when it may try again, 502 for all else that is wrong between us and the model. */
export function modelFailed(error: unknown): Response {
  const { statusCode, retryAfterMs } = Object(error) as Rejection
  const status = statusCode === 503 ? 503 : 502
  const headers = new Headers()
  if (typeof retryAfterMs === 'number') {
    headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)))
  }
  return new Response('No answer\n', { status, headers })
}
