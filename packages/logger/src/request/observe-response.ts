import { readProperty, whenAborted } from '@holdfast/internal'
import type { End } from './begin-request.ts'

/** What is needed of `http.IncomingMessage`; Express's request is one. */
export interface NodeRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Express: the whole path, where `url` lacks what the middleware is mounted under. */
  readonly originalUrl?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket: NodeSocket
}

/** What is needed of a connection. */
interface NodeSocket {
  readonly destroyed?: boolean | undefined
  once(event: string, listener: () => void): unknown
}

/** What is needed of `http.ServerResponse`; Express's response is one. */
export interface NodeResponse {
  readonly statusCode: number
  readonly headersSent: boolean
  readonly writableEnded: boolean
  readonly destroyed?: boolean | undefined
  readonly errored?: Error | null | undefined
  /** `null` while the answer to a request before this one is on its way. */
  readonly socket: unknown
  /** Of HTTP/2. */
  readonly stream?: { readonly rstCode?: number | undefined } | undefined
  setHeader(name: string, value: string): unknown
  on(event: string, listener: () => void): unknown
}

/**
 * Tells what becomes of a response of Node's. There is no listener for `error`: it would keep from its end a process that
 * has none of its own, and whatever fails closes the response too.
 */
export function observeResponse(request: NodeRequest, response: NodeResponse, end: End): void {
  let callOff: (() => void) | undefined
  const tell = (isFinished: boolean) => {
    callOff?.()
    const { errored, headersSent, statusCode, writableEnded, stream } = response
    // HTTP/2 says that it has finished whatever happened.
    const isWhole = isFinished && writableEnded && !stream?.rstCode
    const error = errored && !hasLeft(errored) ? errored : undefined
    const outcome = error ? 'failed' : isWhole ? 'completed' : 'aborted'
    end(outcome, headersSent ? statusCode : undefined, error)
  }
  response.on('finish', () => tell(true))
  response.on('close', () => tell(false))
  // A response that waits for its turn on the connection does not hear of its end.
  if (response.socket === null) callOff = whenAborted(closed(request.socket), () => tell(false))
  // What comes before has taken its time, and all is over.
  if (response.destroyed || request.socket.destroyed) tell(response.writableEnded)
}

/** Whether it is what newer Nodes say, to a response that waits for its turn, of a client that has left. */
function hasLeft(error: Error): boolean {
  return error.message === 'aborted' && readProperty(error, 'code') === 'ECONNRESET'
}

/** For each connection that has seen a queue. One listener for all who wait: there may be any number. */
const closings = new WeakMap<NodeSocket, AbortSignal>()

function closed(socket: NodeSocket): AbortSignal {
  const present = closings.get(socket)
  if (present) return present
  const controller = new AbortController()
  closings.set(socket, controller.signal)
  socket.once('close', () => controller.abort())
  return controller.signal
}
