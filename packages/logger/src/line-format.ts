import { readProperty } from '@holdfast/internal'
import { Encoder, UNREADABLE } from './encoder.ts'
import { isError } from './error-type.ts'
import { type FieldMap, namesOf } from './field-map.ts'
import { isoTime } from './iso-time.ts'
import { KeyTable } from './key-table.ts'
import { LEVELS, type Level } from './levels.ts'
import type { Limits } from './limits.ts'
import { quote } from './quote.ts'
import { type Path, type Redaction, step } from './redaction.ts'
import { currentTrace } from './trace/context.ts'
import type { TraceContext } from './trace/trace-context.ts'

/** Fields that all lines of a logger carry. */
export interface Bound {
  readonly names: readonly string[]
  /** Each field as it is written, with a comma before it, in the order of the names. */
  readonly fields: readonly string[]
  /** All of them. */
  readonly text: string
}

/** Puts a line together: the logger's own fields, those that are bound, and those of the call. */
export class LineFormat {
  readonly #map: FieldMap
  readonly #encoder: Encoder
  readonly #keys: KeyTable
  readonly #root: Path
  readonly #time: string
  /** What stands between time and message. */
  readonly #levels: Readonly<Record<Level, string>>
  /** What stands after the message. */
  readonly #always: string
  /** That of the line before, and how it is written. */
  #trace: TraceContext | undefined
  #traceText = ''

  constructor(map: FieldMap, limits: Limits, redaction: Redaction) {
    this.#map = map
    this.#encoder = new Encoder(limits, redaction)
    this.#keys = new KeyTable(redaction.isSecret, namesOf(map))
    this.#root = redaction.root
    this.#time = `${quote(map.time)}:`
    const levels = Object.keys(LEVELS) as Level[]
    this.#levels = Object.fromEntries(
      levels.map((level) => [level, levelText(map, level)]),
    ) as Record<Level, string>
    const always = Object.entries(map.always ?? {})
    this.#always = always.map(([name, value]) => `,${quote(name)}:${quote(value)}`).join('')
  }

  /** Fields as they are now, over those that are bound already. */
  bind(added: object, bound: Bound = NOTHING): Bound {
    const names = [...bound.names]
    const fields = [...bound.fields]
    this.#encoder.begin()
    for (const name of namesIn(added)) {
      const field = this.#encoder.field(added, name, this.#root, this.#keys)
      if (field === '') continue
      const at = names.indexOf(name)
      const place = at < 0 ? names.push(name) - 1 : at
      fields[place] = `,${field}`
    }
    return { names, fields, text: fields.join('') }
  }

  /** The line of a message and what comes with it, in either order. Never throws. */
  line(level: Level, bound: Bound, first: unknown, second: unknown): string {
    this.#encoder.begin()
    const [message, rest] = typeof first === 'string' ? [first, second] : [second, first]
    const start = `{${this.#time}"${isoTime(Date.now())}"${this.#levels[level]}`
    const own = start + this.#message(message, rest) + this.#always
    return `${own}${this.#traceFields()}${this.#fields(bound, rest)}}\n`
  }

  #message(message: unknown, rest: unknown): string {
    if (typeof message === 'string') return this.#encoder.text(message)
    // What is no message is shown all the same.
    if (message !== undefined) return quote(this.#encoder.value(message, undefined))
    const inherited = readProperty(rest, 'message')
    return typeof inherited === 'string' && isError(rest) ? this.#encoder.text(inherited) : '""'
  }

  #fields(bound: Bound, rest: unknown): string {
    if (rest === undefined) return bound.text
    try {
      return this.#over(bound, isRecord(rest) ? rest : { [isError(rest) ? 'err' : 'value']: rest })
    } catch {
      return `${bound.text},"value":${UNREADABLE}`
    }
  }

  #over(bound: Bound, fields: Record<string, unknown>): string {
    const kept = without(bound, fields)
    const names = this.#map.error
    if (names === undefined || !isError(fields['err'])) return kept + this.#written(fields)
    const { err, ...others } = fields
    const path = this.#root && step(this.#root, 'err')
    return `${kept},${this.#encoder.errorFields(err, names, path)}${this.#written(others)}`
  }

  #written(fields: object): string {
    const text = this.#encoder.fields(fields, this.#root, this.#keys)
    return text === '' ? '' : `,${text}`
  }

  #traceFields(): string {
    const trace = currentTrace()
    if (trace === undefined) return ''
    if (trace !== this.#trace) {
      const { traceId, spanId, traceFlags, requestId } = this.#map
      this.#trace = trace
      this.#traceText = `,${quote(traceId)}:${quote(trace.traceId)},${quote(spanId)}:${quote(trace.spanId)}`
      if (traceFlags) this.#traceText += `,${quote(traceFlags)}:"0${trace.flags & 3}"`
      if (trace.requestId) this.#traceText += `,${quote(requestId)}:${quote(trace.requestId)}`
    }
    return this.#traceText
  }
}

const NOTHING: Bound = { names: [], fields: [], text: '' }

/** Those that these fields do not go over. */
function without({ names, fields, text }: Bound, over: Record<string, unknown>): string {
  const isOver = (name: string): boolean => Object.hasOwn(over, name) && over[name] !== undefined
  if (!names.some(isOver)) return text
  return fields.filter((_, at) => !isOver(names[at] as string)).join('')
}

/** None, of what throws when it is looked at. */
function namesIn(object: object): readonly string[] {
  try {
    return Object.keys(object)
  } catch {
    return []
  }
}

/** Whether its own properties are what it has to tell. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return !(isError(value) || Symbol.iterator in value || 'toJSON' in value)
}

function levelText({ level, levels, severityNumber, message }: FieldMap, of: Level): string {
  const number = severityNumber ? `,${quote(severityNumber)}:${severityOf(of)}` : ''
  return `,${quote(level)}:${quote(levels?.[of] ?? of)}${number},${quote(message)}:`
}

/** OpenTelemetry's: four numbers a level, of which the first is used. */
function severityOf(level: Level): number {
  return (LEVELS[level] / 10 - 1) * 4 + 1
}
