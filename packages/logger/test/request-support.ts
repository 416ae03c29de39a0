import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, vi } from 'vitest'
import { createLogger, type Logger } from '../src/index.ts'

/** A line as it was written, without its time. */
type Line = Readonly<Record<string, unknown>>

interface Collected {
  readonly logger: Logger
  readonly lines: readonly Line[]
  readonly requests: () => readonly Line[]
  readonly untilLogged: (count: number) => Promise<readonly Line[]>
}

/** A logger; what it has written; and those lines that tell of a request, as soon as there are so many. */
export function collectLines(): Collected {
  const lines: Line[] = []
  const write = (text: string) => {
    const { time, ...line } = JSON.parse(text)
    lines.push(line)
  }
  const logger: Logger = createLogger({ destination: { write } })
  const requests = (): readonly Line[] =>
    lines.filter(({ msg }) => String(msg).startsWith('request '))
  const untilLogged = (count: number): Promise<readonly Line[]> =>
    vi.waitUntil(() => requests().length >= count && requests(), { timeout: 10_000, interval: 5 })
  return { logger, lines, requests, untilLogged }
}

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** After the test. */
export const whenDone = (close: () => unknown): void => void closers.push(close)

/** Listens on a free port; where. */
export async function listen(server: Server): Promise<string> {
  whenDone(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A client that sends bytes as they are, and keeps what comes. */
export async function dial(origin: string): Promise<{
  readonly socket: Socket
  readonly received: () => string
  readonly until: (text: string) => Promise<unknown>
}> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1')
  socket.on('error', () => {}).setEncoding('latin1')
  whenDone(() => socket.destroy())
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk
  })
  await once(socket, 'connect')
  const until = (part: string) => vi.waitUntil(() => text.includes(part), { interval: 5 })
  return { socket, received: () => text, until }
}
