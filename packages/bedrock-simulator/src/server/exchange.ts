import { constants, type ServerHttp2Session } from 'node:http2'
import type { KillBy } from '../behaviours/behaviour.ts'
import { type Head, isHttp2, type Response } from '../wire/http-types.ts'
import type { Connection } from './connections.ts'

/** One response being sent, with the means to send it badly. */
export interface Exchange {
  /** The client went away, the connection was killed or the simulator closes. Nothing more can be sent. */
  readonly over: boolean
  /** Resolves after `ms`, or as soon as the exchange is over. */
  wait(ms: number): Promise<void>
  /** Resolves when the exchange is over. */
  untilOver(): Promise<void>
  head(head: Head): void
  /** Resolves once the bytes are on their way. */
  write(bytes: Uint8Array): Promise<void>
  /** The proper end of a response. */
  end(): Promise<void>
  /** An end short of the promised content-length. */
  endShort(): Promise<void>
  kill(by: KillBy): Promise<void>
  /** The simulator closes. */
  abandon(): void
}

// Node writes a GOAWAY frame in a later turn of the event loop; an end sooner than that would swallow it.
const GOAWAY_WRITTEN_MS = 5

export function createExchange(
  response: Response,
  connection: Connection | undefined,
  onClientGone: () => void,
): Exchange {
  let over = false
  let finished = false
  const waiters = new Set<() => void>()
  const finish = (): void => {
    over = true
    for (const wake of [...waiters]) wake()
  }
  const onClose = (): void => {
    if (over) return
    finish()
    if (!finished) onClientGone()
  }
  response.once('close', onClose)
  // Writing to a connection that has just died is not a fault of the simulator's.
  response.on('error', () => {})

  /** Resolves by `start`'s callback, or when the exchange is over, whichever is first. */
  const settle = (start: (done: () => void) => (() => void) | undefined): Promise<void> => {
    if (over) return Promise.resolve()
    return new Promise((resolve) => {
      let cleanUp: (() => void) | undefined
      const done = (): void => {
        waiters.delete(done)
        cleanUp?.()
        resolve()
      }
      waiters.add(done)
      cleanUp = start(done)
    })
  }
  const wait = (ms: number): Promise<void> =>
    ms <= 0
      ? Promise.resolve()
      : settle((done) => {
          const timer = setTimeout(done, ms)
          return () => clearTimeout(timer)
        })
  const end = (): Promise<void> =>
    settle((done) => {
      response.once('finish', () => {
        finished = true
        done()
      })
      response.end()
      return undefined
    })
  const kill = async (by: KillBy): Promise<void> => {
    if (over) return
    finished = true
    if (by === 'fin') endSocket(connection)
    else if (by === 'rst' || !isHttp2(response)) connection?.tcp.resetAndDestroy()
    else if ('rstStream' in by) response.stream.close(by.rstStream)
    else {
      const session = response.stream.session as ServerHttp2Session | undefined
      session?.goaway(by.goaway)
      if (by.silent) return settle(() => undefined)
      await wait(GOAWAY_WRITTEN_MS)
      endSocket(connection)
    }
    finish()
  }

  return {
    get over() {
      return over
    },
    wait,
    untilOver: () => settle(() => undefined),
    head({ status, headers }) {
      if (over) return
      response.statusCode = status
      for (const [name, value] of Object.entries(headers)) {
        if (!isHttp2(response) || !connectionHeaders.has(name.toLowerCase()))
          response.setHeader(name, value)
      }
      if (isHttp2(response)) response.writeHead(status)
      else response.flushHeaders()
    },
    write: (bytes) =>
      settle((done) => {
        // The two response types overload `write` differently, but agree on this form.
        ;(response.write as (chunk: Uint8Array, done: () => void) => boolean).call(
          response,
          bytes,
          done,
        )
        return undefined
      }),
    end,
    // HTTP/2 has its own mark for the end. In HTTP/1.1 only closing the connection can say it so early.
    endShort: () => (isHttp2(response) ? end() : kill('fin')),
    kill,
    abandon: finish,
  }
}

/** A FIN after all that was written. What the client still sends is drained until it closes too. */
function endSocket(connection: Connection | undefined): void {
  connection?.stream.end()
}

// HTTP/2 forbids them (RFC 9113, 8.2.2) and Node throws at them.
const connectionHeaders: ReadonlySet<string> = new Set([
  constants.HTTP2_HEADER_CONNECTION,
  constants.HTTP2_HEADER_KEEP_ALIVE,
  constants.HTTP2_HEADER_PROXY_CONNECTION,
  constants.HTTP2_HEADER_TRANSFER_ENCODING,
  constants.HTTP2_HEADER_UPGRADE,
])
