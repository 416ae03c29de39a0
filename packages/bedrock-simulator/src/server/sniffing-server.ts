import { createServer as createHttp1Server } from 'node:http'
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { HttpHandler } from '../wire/http-types.ts'
import { Connections } from './connections.ts'

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

export interface TlsKeys {
  /** The private key, PEM. */
  readonly key: string | Buffer
  /** The certificate chain, PEM. */
  readonly cert: string | Buffer
}

export interface SniffingServer {
  readonly port: number
  readonly connections: Connections
  /** Stops listening and cuts every connection. */
  close(): Promise<void>
}

/**
 * One port for HTTP/2 and HTTP/1.1. In plain text the client's first bytes tell which: the SDK's
 * default handler opens with the HTTP/2 preface ("prior knowledge"). Under TLS, ALPN tells.
 */
export async function startSniffingServer(
  handler: HttpHandler,
  at: { readonly host: string; readonly port: number; readonly tls?: TlsKeys | undefined },
): Promise<SniffingServer> {
  const connections = new Connections()
  const http1 = createHttp1Server(handler)
  const http2 = createHttp2Server(handler)

  const serveHttp1 = (stream: Socket, tcp: Socket): void => {
    connections.add(stream, tcp)
    http1.emit('connection', stream)
    // The bytes put back by `sniff` flow again; the HTTP/2 session reads them by itself.
    stream.resume()
  }
  const serveHttp2 = (stream: Socket, tcp: Socket): void => {
    const connection = connections.add(stream, tcp)
    // The session is made, and announced, inside the `connection` event.
    const claim = (session: ServerHttp2Session): void => connections.claim(session, connection)
    http2.on('session', claim)
    http2.emit('connection', stream)
    http2.off('session', claim)
  }

  const accept = at.tls
    ? acceptTls(at.tls, (stream, tcp, protocol) =>
        protocol === 'h2' ? serveHttp2(stream, tcp) : serveHttp1(stream, tcp),
      )
    : (tcp: Socket) =>
        sniff(tcp, (isHttp2) => (isHttp2 ? serveHttp2(tcp, tcp) : serveHttp1(tcp, tcp)))

  const raw = new Set<Socket>()
  const server = createTcpServer({ noDelay: true }, (tcp) => {
    raw.add(tcp)
    tcp.once('close', () => raw.delete(tcp))
    // A reset by the client is its right, and no reason to crash.
    tcp.on('error', () => {})
    accept(tcp)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(at.port, at.host, () => {
      server.off('error', reject)
      resolve()
    })
  })

  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        connections.destroyAll()
        for (const tcp of raw) tcp.destroy()
      }),
  }
}

/** Reads just enough of a connection to know its protocol, then puts the bytes back. */
function sniff(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk])
    const length = Math.min(seen.length, PREFACE.length)
    const matches = seen.subarray(0, length).equals(PREFACE.subarray(0, length))
    if (matches && length < PREFACE.length) return
    socket.off('data', onData)
    socket.pause()
    socket.unshift(seen)
    decide(matches)
  }
  socket.on('data', onData)
}

function acceptTls(
  keys: TlsKeys,
  serve: (stream: Socket, tcp: Socket, protocol: string | false | null) => void,
): (tcp: Socket) => void {
  // A TLS socket does not show the TCP socket under it, which a reset needs: find it by the peer's address.
  const waiting = new Map<string, Socket>()
  const peer = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`
  const server = createTlsServer({ ...keys, ALPNProtocols: ['h2', 'http/1.1'] }, (stream) => {
    stream.on('error', () => {})
    const tcp = waiting.get(peer(stream))
    if (tcp) serve(stream, tcp, stream.alpnProtocol)
    else stream.destroy()
  })
  // A client that distrusts the certificate ends here; it has told its own user why.
  server.on('tlsClientError', () => {})
  return (tcp) => {
    const key = peer(tcp)
    waiting.set(key, tcp)
    tcp.once('close', () => waiting.delete(key))
    server.emit('connection', tcp)
  }
}
