import { runWithTrace } from '../trace/context.ts'
import type { RunningRequest } from './begin-request.ts'

/**
 * The response with the request's headers, and with a body that tells when it has been read to its end, has failed, or
 * is wanted no more. A response without a body that is read has ended. One that cannot be made anew, such as that of a
 * WebSocket, stays as it is.
 */
export function watchResponse(
  response: Response,
  isHead: boolean,
  { trace, headers, end }: RunningRequest,
): Response {
  try {
    const { body, status } = response
    const isRead = body !== null && !isHead
    const watched = isRead ? watchBody(body, status, trace, end) : body
    if (!isRead) end('completed', status)
    const sent = new Response(watched, response)
    for (const [name, value] of headers) sent.headers.set(name, value)
    return sent
  } catch {
    end('completed', response?.status)
    return response
  }
}

/** Hands on what is read, when it is asked for; holds nothing. What the body's source logs is within the trace. */
function watchBody(
  body: ReadableStream<Uint8Array>,
  status: number,
  trace: RunningRequest['trace'],
  end: RunningRequest['end'],
): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await runWithTrace(trace, () => reader.read())
          if (!done) return controller.enqueue(value)
          end('completed', status)
          controller.close()
        } catch (error) {
          end('failed', status, error)
          throw error
        }
      },
      cancel(reason) {
        end('aborted', status)
        return runWithTrace(trace, () => reader.cancel(reason))
      },
    },
    { highWaterMark: 0 },
  )
}
