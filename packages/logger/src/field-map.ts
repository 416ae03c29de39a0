import { refusal } from '@holdfast/internal'
import type { Level } from './levels.ts'

/** How the logger's own fields are named. */
export interface FieldMap {
  /** When: RFC 3339, in UTC, to the millisecond. */
  readonly time: string
  readonly level: string
  /** How the levels are written. Default: as they are called. */
  readonly levels?: Readonly<Record<Level, string>> | undefined
  /** OpenTelemetry's number of the level, 1 to 21. Default: not written. */
  readonly severityNumber?: string | undefined
  readonly message: string
  /** The logger's `name`. */
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  /** Two hexadecimal digits. Default: not written. */
  readonly traceFlags?: string | undefined
  readonly requestId: string
  /** The parts of the error that a line is about. Default: one object, `err`, that has them all. */
  readonly error?: ErrorNames | undefined
  /** Fields that every line has. */
  readonly always?: Readonly<Record<string, string>> | undefined
}

/** How the parts of an error are named. */
export interface ErrorNames {
  readonly type: string
  readonly message: string
  readonly stack: string
  /** Its own properties and its cause. */
  readonly details: string
}

/** The fields that the logger writes unless told otherwise. */
export const defaultFields: FieldMap = {
  time: 'time',
  level: 'level',
  message: 'msg',
  name: 'name',
  traceId: 'trace_id',
  spanId: 'span_id',
  requestId: 'request_id',
}

/**
 * OpenTelemetry's names: `trace_id`, `span_id` and `trace_flags` as its specification has them for logs that are no OTLP,
 * the others as in its log data model and semantic conventions.
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export const otelFields: FieldMap = {
  time: 'timestamp',
  level: 'severity_text',
  levels: {
    trace: 'TRACE',
    debug: 'DEBUG',
    info: 'INFO',
    warn: 'WARN',
    error: 'ERROR',
    fatal: 'FATAL',
  },
  severityNumber: 'severity_number',
  message: 'body',
  name: 'service.name',
  traceId: 'trace_id',
  spanId: 'span_id',
  traceFlags: 'trace_flags',
  requestId: 'request_id',
  error: {
    type: 'exception.type',
    message: 'exception.message',
    stack: 'exception.stacktrace',
    details: 'exception.details',
  },
}

/** The Elastic Common Schema's names. https://www.elastic.co/docs/reference/ecs */
export const ecsFields: FieldMap = {
  time: '@timestamp',
  level: 'log.level',
  message: 'message',
  name: 'service.name',
  traceId: 'trace.id',
  spanId: 'span.id',
  requestId: 'http.request.id',
  error: {
    type: 'error.type',
    message: 'error.message',
    stack: 'error.stack_trace',
    details: 'error.details',
  },
  always: { 'ecs.version': '8.11.0' },
}

/** The names that are the logger's own: all but `name`, which another may go over. */
export function namesOf(map: FieldMap): readonly string[] {
  const { time, level, message, traceId, spanId, requestId, error, always = {} } = map
  const { severityNumber = [], traceFlags = [] } = map
  const parts = error ? [error.type, error.message, error.stack, error.details] : []
  const own = [time, level, message, traceId, spanId, requestId]
  return [own, severityNumber, traceFlags, parts, Object.keys(always)].flat()
}

/**
 * A name that is no text, or that two fields have, would make lines that nobody can read. Nor may it end in `_`: by that a
 * field of the user's that is called the same is told from it.
 *
 * @throws TypeError telling what is wrong.
 */
export function checkFieldMap(map: FieldMap): void {
  if (Object(map) !== map) throw refusal('fieldMap', map, 'an object')
  const names = [...namesOf(map), map.name]
  names.forEach((name: unknown, at) => {
    if (typeof name !== 'string' || !/[^_]$/.test(name) || names.indexOf(name) < at) {
      throw refusal('fieldMap', name, 'made of names, each its own, that do not end in _')
    }
  })
  for (const text of Object.values({ ...map.levels, ...map.always })) {
    if (typeof text !== 'string') throw refusal('fieldMap', text, 'made of texts')
  }
}
