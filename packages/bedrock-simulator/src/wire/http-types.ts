import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'

/** A request of either HTTP version; `node:http2` offers the same interface for both. */
export type Request = IncomingMessage | Http2ServerRequest

/** The response that goes with it. */
export type Response = ServerResponse | Http2ServerResponse

/** Status and headers of a response. */
export interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

export type HttpHandler = (request: Request, response: Response) => void

export function isHttp2(response: Response): response is Http2ServerResponse {
  return 'stream' in response
}
