import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'
import type { Response } from '../wire/http-types.ts'
import { isHttp2 } from '../wire/http-types.ts'

/** The sockets under one connection: `stream` carries HTTP, `tcp` is the same or lies under TLS. */
export interface Connection {
  readonly stream: Socket
  readonly tcp: Socket
}

/** Finds the real sockets of a response, which HTTP/2 hides behind a proxy and TLS behind itself. */
export class Connections {
  readonly #open = new Set<Connection>()
  readonly #bySocket = new WeakMap<Socket, Connection>()
  readonly #bySession = new WeakMap<ServerHttp2Session, Connection>()

  add(stream: Socket, tcp: Socket): Connection {
    const connection: Connection = { stream, tcp }
    this.#open.add(connection)
    this.#bySocket.set(stream, connection)
    stream.once('close', () => this.#open.delete(connection))
    return connection
  }

  claim(session: ServerHttp2Session, connection: Connection): void {
    this.#bySession.set(session, connection)
  }

  of(response: Response): Connection | undefined {
    if (!isHttp2(response)) return response.socket ? this.#bySocket.get(response.socket) : undefined
    const session = response.stream.session as ServerHttp2Session | undefined
    return session && this.#bySession.get(session)
  }

  destroyAll(): void {
    for (const { stream, tcp } of this.#open) {
      stream.destroy()
      tcp.destroy()
    }
  }
}
