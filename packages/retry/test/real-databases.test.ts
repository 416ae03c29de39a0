// What the table says of errors that pg and ioredis throw, over a real socket to a server that fails.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { classifyDatabaseError } from '../src/databases/index.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** Answers the first bytes of each connection, and closes it. */
async function serverThat(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => answer(socket))
  })
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

async function closedPort(): Promise<number> {
  const port = await serverThat(() => {})
  await once(servers.pop()?.close() as Server, 'close')
  return port
}

const thrownBy = (act: () => Promise<unknown>): Promise<unknown> =>
  act().then(
    () => expect.unreachable('it threw nothing'),
    (error: unknown) => error,
  )

/** PostgreSQL's ErrorResponse: fields of one letter, each ended by a zero. */
function errorResponse(sqlState: string): Buffer {
  const fields = Buffer.from(`SFATAL\0VFATAL\0C${sqlState}\0MIt failed.\0\0`)
  const head = Buffer.alloc(5)
  head.write('E')
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

const pgError = (port: number) =>
  thrownBy(async () => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'test', database: 'test' })
    client.on('error', () => {})
    await client.connect()
  })

test.each([
  ['57P01', 'transient'],
  ['57P03', 'transient'],
  ['53300', 'throttle'],
  ['28P01', 'client'],
])('pg: a server that answers %s is %s', async (sqlState, errorClass) => {
  const port = await serverThat((socket) => socket.end(errorResponse(sqlState)))
  expect(classifyDatabaseError(await pgError(port))).toBe(errorClass)
})

test('pg: a server that refuses, or breaks off, is transient', async () => {
  expect(classifyDatabaseError(await pgError(await closedPort()))).toBe('transient')
  const port = await serverThat((socket) => socket.destroy())
  expect(classifyDatabaseError(await pgError(port))).toBe('transient')
})

const redisError = (port: number) =>
  thrownBy(async () => {
    const redis = new Redis(port, '127.0.0.1', {
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      lazyConnect: true,
      disableClientInfo: true,
    })
    redis.on('error', () => {})
    try {
      await redis.get('key')
    } finally {
      redis.disconnect()
    }
  })

test.each([
  ['-LOADING Redis is loading the dataset in memory\r\n', 'transient'],
  ['-WRONGTYPE Operation against a key holding the wrong kind of value\r\n', 'client'],
])('ioredis: the answer %j is %s', async (answer, errorClass) => {
  const port = await serverThat((socket) => socket.end(answer))
  expect(classifyDatabaseError(await redisError(port))).toBe(errorClass)
})

test('ioredis: a server that refuses, or breaks off, is transient', async () => {
  expect(classifyDatabaseError(await redisError(await closedPort()))).toBe('transient')
  const port = await serverThat((socket) => socket.destroy())
  expect(classifyDatabaseError(await redisError(port))).toBe('transient')
})
