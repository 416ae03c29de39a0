import { AsyncLocalStorage } from 'node:async_hooks'
import { createLogger, fileDestination, newTrace, runWithTrace } from '@holdfast/logger'
import { type LoggerOptions, pino } from 'pino'
import type { Oracle } from '../compare-answers.ts'

/** The same line, written by each logger. */
export interface LogCase {
  readonly title: string
  /** How much of pino's time ours may take. Default: none is set. */
  readonly target?: number
  /** Ours first. They say yes when a line came out. */
  readonly oracles: readonly Oracle[]
  /** What must be the same of all lines, of which each is in `sink` after its call. Absent where none is. */
  readonly facts?: (line: Record<string, unknown>) => unknown
  /** Whether none may come out. Default: false. */
  readonly isOff?: boolean
}

/** A stream that keeps the last line alone. */
export const sink = {
  lines: 0,
  last: '',
  write(line: string): void {
    sink.lines++
    sink.last = line
  },
}

/** What both have. */
interface Log {
  info(message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Log
}

/** A logger of ours; pino as it comes; pino with time and level as text, and nothing of the process. */
type Logs = readonly [ours: Log, plain: Log, alike: Log]

const likeOurs: LoggerOptions = {
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  formatters: { level: (level) => ({ level }) },
}
const logsOf = (options: LoggerOptions = {}): Logs => [
  createLogger({ destination: sink }),
  pino(options, sink),
  pino({ ...likeOurs, ...options }, sink),
]
const logs = logsOf()

const devNull = '/dev/null'
const fileLogs: Logs = [
  createLogger({ destination: fileDestination({ path: devNull }) }),
  pino({}, pino.destination({ dest: devNull, sync: true })),
  pino(likeOurs, pino.destination({ dest: devNull, sync: true })),
]

type Write = (log: Log, at: number) => void

/** Oracles that look whether the sink has got a line. */
function intoSink(loggers: Logs, write: Write, hand?: Write): readonly Oracle[] {
  return named(
    loggers.map((log, index) => {
      const writes = index > 0 ? (hand ?? write) : write
      return (at) => {
        const { lines } = sink
        writes(log, at)
        return sink.lines > lines
      }
    }),
  )
}

function intoFile(write: Write): readonly Oracle[] {
  return named(
    fileLogs.map((log) => (at) => {
      write(log, at)
      return true
    }),
  )
}

function named(asks: readonly ((at: number) => boolean)[]): readonly Oracle[] {
  const names = ['createLogger', 'as it comes', 'time and level as text, no process']
  return asks.map((ask, index) => {
    const name = names[index] ?? ''
    return index > 0 ? { name, peer: 'pino', ask } : { name, ask }
  })
}

/** All but what a logger tells of itself. */
function told({ time, level, pid, hostname, ...rest }: Record<string, unknown>): unknown {
  return rest
}

const MESSAGE = 'The request was answered'
const message: Write = (log) => log.info(MESSAGE)
const object: Write = (log, at) =>
  log.info({ userId: at, route: '/cart/:id', isCached: false, ms: 12.5 }, MESSAGE)
const nested: Write = (log, at) =>
  log.info(
    { user: { id: at, tags: ['new', 'eu'] }, answer: { status: 200, size: { kB: 8.5 } } },
    MESSAGE,
  )
const secret: Write = (log, at) =>
  log.info(
    { user: { id: at, password: 'none' }, headers: { authorization: 'Bearer', te: 'br' } },
    MESSAGE,
  )
const child: Write = (log, at) => log.child({ requestId: at, tenant: 'acme' }).info(MESSAGE)

const bound = { requestId: 'c0ffee', tenant: 'acme' }
const [oursOfOne, ...pinosOfOne] = logs.map((log) => log.child(bound)) as [Log, Log, Log]

// A trace of ours, and what users of pino do.
const trace = newTrace()
const ids = { trace_id: trace.traceId, span_id: trace.spanId }
const storage = new AsyncLocalStorage<typeof ids>()
const traced = logsOf({ mixin: () => storage.getStore() ?? {} })

const cause = new Error('connection refused')
const error = Object.assign(new Error('payment failed', { cause }), { orderId: 42 })
const failure: Write = (log) => log.error({ err: error }, MESSAGE)

// Written out: what costs nothing must not be shared by all three.
const [off, pinoOff, alikeOff] = [
  createLogger({ destination: sink }),
  pino({}, sink),
  pino(likeOurs, sink),
]
const nothing = named([
  () => {
    const { lines } = sink
    off.debug(MESSAGE)
    return sink.lines > lines
  },
  () => {
    const { lines } = sink
    pinoOff.debug(MESSAGE)
    return sink.lines > lines
  },
  () => {
    const { lines } = sink
    alikeOff.debug(MESSAGE)
    return sink.lines > lines
  },
])

export const logCases: readonly LogCase[] = [
  { title: 'A message', target: 1, oracles: intoSink(logs, message), facts: told },
  { title: 'A message and an object', target: 1, oracles: intoSink(logs, object), facts: told },
  { title: 'A message and nested objects', oracles: intoSink(logs, nested), facts: told },
  {
    title: 'A message by a child logger',
    target: 1,
    oracles: intoSink([oursOfOne, ...pinosOfOne], message),
    facts: told,
  },
  { title: 'A child logger and its message', oracles: intoSink(logs, child), facts: told },
  { title: 'A message of a level that is off', target: 1, oracles: nothing, isOff: true },
  {
    title: 'A message and nested objects with two secrets',
    oracles: intoSink(
      logsOf({
        redact: { paths: ['user.password', 'headers.authorization'], censor: '[redacted]' },
      }),
      secret,
    ),
    facts: told,
  },
  {
    title: 'A message within a trace, entered for it',
    oracles: intoSink(
      traced,
      (log) => runWithTrace(trace, () => log.info(MESSAGE)),
      (log) => storage.run(ids, () => log.info(MESSAGE)),
    ),
    facts: told,
  },
  {
    title: 'An error with a cause',
    oracles: intoSink(logs, failure),
    // How they write a cause is their own.
    facts: ({ msg, err }) => {
      const { type, orderId } = err as Record<string, unknown>
      return [msg, type, orderId, JSON.stringify(err).includes(cause.message)]
    },
  },
  { title: 'A message, written to a file', target: 1, oracles: intoFile(message) },
  { title: 'A message and an object, written to a file', target: 1, oracles: intoFile(object) },
]
