import { AsyncLocalStorage } from 'node:async_hooks'
import { createLogger } from '@holdfast/logger'
import { fileDestination } from '@holdfast/logger/node'
import { newTrace, runWithTrace } from '@holdfast/logger/trace'
import { type LoggerOptions, pino } from 'pino'
import type { AnswerSubject } from '../compare-answers.ts'

/** The same line, written by each logger. */
export interface LogCase {
  readonly title: string
  /** The largest allowed ratio to pino's time. Default: no target. */
  readonly target?: number
  /** Ours comes first. Each answers `true` if it wrote a line. */
  readonly subjects: readonly AnswerSubject[]
  /** Reads the facts that all loggers must write, from the line in `sink`. Absent if nothing is written there. */
  readonly facts?: (line: Record<string, unknown>) => unknown
  /** Whether no line may be written. Default: false. */
  readonly isOff?: boolean
}

/** A stream that keeps only the last line. */
export const sink = {
  lines: 0,
  last: '',
  write(line: string): void {
    sink.lines++
    sink.last = line
  },
}

/** The methods that Holdfast's logger and pino share. */
interface Log {
  info(message: string): void
  info(fields: object, message: string): void
  error(fields: object, message: string): void
  child(fields: object): Log
}

/** Holdfast's logger; pino with its defaults; pino with time and level as text, and without process fields. */
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

/** Subjects that answer whether the sink has received a line. */
function intoSink(loggers: Logs, write: Write, hand?: Write): readonly AnswerSubject[] {
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

function intoFile(write: Write): readonly AnswerSubject[] {
  return named(
    fileLogs.map((log) => (at) => {
      write(log, at)
      return true
    }),
  )
}

function named(asks: readonly ((at: number) => boolean)[]): readonly AnswerSubject[] {
  const names = ['createLogger', 'defaults', 'time and level as text, no process']
  return asks.map((ask, index) => {
    const name = names[index] ?? ''
    return index > 0 ? { name, peer: 'pino', ask } : { name, ask }
  })
}

/** The fields of a line, without those that describe the logger itself. */
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

// A trace of Holdfast, and the usual way for pino.
const trace = newTrace()
const ids = { trace_id: trace.traceId, span_id: trace.spanId }
const storage = new AsyncLocalStorage<typeof ids>()
const traced = logsOf({ mixin: () => storage.getStore() ?? {} })

const cause = new Error('connection refused')
const error = Object.assign(new Error('payment failed', { cause }), { orderId: 42 })
const failure: Write = (log) => log.error({ err: error }, MESSAGE)

// Separate functions, because a shared one would be slower and these calls cost almost nothing.
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
  { title: 'A message', target: 1, subjects: intoSink(logs, message), facts: told },
  { title: 'A message and an object', target: 1, subjects: intoSink(logs, object), facts: told },
  { title: 'A message and nested objects', subjects: intoSink(logs, nested), facts: told },
  {
    title: 'A message by a child logger',
    target: 1,
    subjects: intoSink([oursOfOne, ...pinosOfOne], message),
    facts: told,
  },
  { title: 'A child logger and its message', subjects: intoSink(logs, child), facts: told },
  { title: 'A message below the log level', target: 1, subjects: nothing, isOff: true },
  {
    title: 'A message and nested objects with two secrets',
    subjects: intoSink(
      logsOf({
        redact: { paths: ['user.password', 'headers.authorization'], censor: '[redacted]' },
      }),
      secret,
    ),
    facts: told,
  },
  {
    title: 'A message inside a trace that starts for it',
    subjects: intoSink(
      traced,
      (log) => runWithTrace(trace, () => log.info(MESSAGE)),
      (log) => storage.run(ids, () => log.info(MESSAGE)),
    ),
    facts: told,
  },
  {
    title: 'An error with a cause',
    subjects: intoSink(logs, failure),
    // Each logger has its own format for a cause.
    facts: ({ msg, err }) => {
      const { type, orderId } = err as Record<string, unknown>
      return [msg, type, orderId, JSON.stringify(err).includes(cause.message)]
    },
  },
  { title: 'A message, written to a file', target: 1, subjects: intoFile(message) },
  { title: 'A message and an object, written to a file', target: 1, subjects: intoFile(object) },
]
