import { readProperty } from '@holdfast/internal'
import { Encoder, isPlain, namesIn, UNREADABLE } from './encoder.ts'
import { isError } from './error-type.ts'
import { type FieldMap, namesOf } from './field-map.ts'
import { isoTime } from './iso-time.ts'
import { KeyTable } from './key-table.ts'
import { LEVELS, type Level } from './levels.ts'
import type { Limits } from './limits.ts'
import { quote } from './quote.ts'
import { type Path, type Redaction, step } from './redaction.ts'
import type { TraceContext } from './trace/trace-context.ts'
import { readTrace } from './trace/trace-source.ts'

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
  readonly #limits: Limits
  /** How long a message may be that needs no look at what room there is. */
  readonly #short: number
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
    this.#limits = limits
    this.#short = Math.min(limits.maxStringLength, limits.maxLineLength)
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

  /**
   * Fields as they are now, over those that are bound already. All together take no more than a line may: what a child
   * is given beyond is left out.
   */
  bind(added: object, bound: Bound = NOTHING): Bound {
    const encoder = this.#encoder
    const names = [...bound.names]
    const fields = [...bound.fields]
    const outer = encoder.begin(added, this.#limits.maxLineLength - bound.text.length)
    const { maxEntries } = this.#limits
    for (const name of namesIn(added)?.slice(0, maxEntries) ?? []) {
      const at = names.indexOf(name)
      const hasPlace = names.length < maxEntries && encoder.hasRoomFor(name)
      if (at < 0 && !hasPlace) continue
      const field = encoder.field(added, name, this.#root, this.#keys)
      if (field === '') continue
      const place = at < 0 ? names.push(name) - 1 : at
      fields[place] = `,${field}`
    }
    encoder.end(outer)
    return { names, fields, text: fields.join('') }
  }

  /** The line of a message and what comes with it, in either order. Throws by the clock or the trace alone. */
  line(level: Level, bound: Bound, first: unknown, second: unknown): string {
    // Most lines are a message alone, in which nothing can throw, or log.
    if (typeof first === 'string' && second === undefined && first.length <= this.#short) {
      return `${this.#start(level)}${quote(first)}${this.#always}${this.#traceFields()}${bound.text}}\n`
    }
    const encoder = this.#encoder
    const [message, rest] = typeof first === 'string' ? [first, second] : [second, first]
    const fields = this.#record(rest)
    const outer = encoder.begin(fields)
    try {
      const own = this.#start(level) + this.#message(message, rest) + this.#always
      return `${own}${this.#traceFields()}${this.#fields(bound, fields)}}\n`
    } finally {
      encoder.end(outer)
    }
  }

  /** What stands before the message. */
  #start(level: Level): string {
    return `{${this.#time}"${isoTime(Date.now())}"${this.#levels[level]}`
  }

  /** What comes with a message, by its names. */
  #record(rest: unknown): Record<string, unknown> {
    if (rest === undefined) return NO_FIELDS
    try {
      if (isRecord(rest) && !this.#encoder.isWithin(rest)) return rest
      return { [isError(rest) ? 'err' : 'value']: rest }
    } catch {
      return { value: rest }
    }
  }

  #message(message: unknown, rest: unknown): string {
    if (typeof message === 'string') return this.#encoder.text(message)
    // What is no message is shown all the same.
    if (message !== undefined) return quote(this.#encoder.value(message, undefined))
    const inherited = readProperty(rest, 'message')
    return typeof inherited === 'string' && isError(rest) ? this.#encoder.text(inherited) : '""'
  }

  #fields(bound: Bound, fields: Record<string, unknown>): string {
    if (fields === NO_FIELDS) return bound.text
    const names = namesIn(fields)
    if (names === undefined) return this.#over(bound, { value: UNREADABLE })
    const isMet = bound.names.some((name) => names.includes(name))
    const mapsError = this.#map.error && names.includes('err')
    if (!isMet && !mapsError) return bound.text + this.#written(fields, names)
    return this.#over(bound, readOnce(fields, names))
  }

  #over(bound: Bound, fields: Record<string, unknown>): string {
    const kept = without(bound, fields)
    const names = this.#map.error
    const { err, ...others } = fields
    const path = this.#root && step(this.#root, 'err')
    const isKeptOut = this.#keys.get('err').isSecret || path?.some(({ isEnd }) => isEnd)
    if (!names || isKeptOut || !isError(err)) {
      return kept + this.#written(fields, Object.keys(fields))
    }
    const error = this.#encoder.lineErrorFields(err, names, path)
    return `${kept},${error}${this.#written(others, Object.keys(others))}`
  }

  #written(fields: object, names: readonly string[]): string {
    const text = this.#encoder.fields(fields, names, this.#root, this.#keys)
    return text === '' ? '' : `,${text}`
  }

  #traceFields(): string {
    const trace = readTrace()
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
const NO_FIELDS: Record<string, unknown> = {}

/** Those that these fields do not go over. */
function without({ names, fields }: Bound, over: Record<string, unknown>): string {
  const isOver = (name: string): boolean => Object.hasOwn(over, name) && over[name] !== undefined
  return fields.filter((_, at) => !isOver(names[at] as string)).join('')
}

/** What a getter gives may be another thing the next time. */
function readOnce(fields: Record<string, unknown>, names: readonly string[]) {
  return Object.fromEntries(
    names.map((name) => {
      try {
        return [name, fields[name]]
      } catch {
        return [name, UNREADABLE]
      }
    }),
  )
}

/** Whether its own properties are what it has to tell. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  if (typeof (value as Record<string, unknown>)['toJSON'] === 'function') return false
  return isPlain(value) || !(isError(value) || Symbol.iterator in value)
}

function levelText({ level, levels, severityNumber, message }: FieldMap, of: Level): string {
  const number = severityNumber ? `,${quote(severityNumber)}:${severityOf(of)}` : ''
  return `,${quote(level)}:${quote(levels?.[of] ?? of)}${number},${quote(message)}:`
}

/** OpenTelemetry's: four numbers a level, of which the first is used. */
function severityOf(level: Level): number {
  return (LEVELS[level] / 10 - 1) * 4 + 1
}
