import { isError, typeOf } from './error-type.ts'
import type { ErrorNames } from './field-map.ts'
import { KeyTable, MORE } from './key-table.ts'
import type { Limits } from './limits.ts'
import { quote } from './quote.ts'
import { CENSORED, type Path, type Redaction, step } from './redaction.ts'

/** What stands for a value that threw when it was looked at. */
export const UNREADABLE = '[unreadable]'
const UNREADABLE_JSON = `"${UNREADABLE}"`

/** How the parts of an error are named, wherever in a line it is. */
const ERROR_NAMES = { type: 'type', message: 'message', stack: 'stack' }

/** What is to be known of a line that another interrupts. */
interface Unfinished {
  readonly room: number
  readonly outside: number
}

/**
 * Writes any value as JSON: without what is to be kept out, bounded, and never throwing. What cannot be read is told in
 * its place, and costs nothing around it.
 */
export class Encoder {
  readonly #limits: Limits
  readonly #keys: KeyTable
  readonly #errorKeys: KeyTable
  /** The objects that the value at hand is in, from the outermost. */
  readonly #within: object[] = []
  /** How many of those are of the lines that this one was begun in. */
  #outside = 0
  /** How many characters the line may still take. */
  #room = 0

  constructor(limits: Limits, { isSecret }: Redaction) {
    this.#limits = limits
    this.#keys = new KeyTable(isSecret)
    this.#errorKeys = new KeyTable(isSecret, Object.values(ERROR_NAMES))
  }

  /**
   * Begins a line of what is in this object, perhaps while another is written: a getter may log too.
   * @returns what {@link end} takes.
   */
  begin(object: object, room: number = this.#limits.maxLineLength): Unfinished | undefined {
    const depth = this.#within.length
    const outer = depth > 0 ? { room: this.#room, outside: this.#outside } : undefined
    this.#room = room
    this.#outside = depth
    this.#within.push(object)
    return outer
  }

  /** Goes on with the line that the one at its end was begun in, if any. */
  end(outer: Unfinished | undefined): void {
    this.#within.pop()
    if (outer === undefined) return
    this.#room = outer.room
    this.#outside = outer.outside
  }

  /** Whether it is being written already: one of its own getters logs it. */
  isWithin(object: object): boolean {
    return this.#within.includes(object)
  }

  /** Whether there is room for a field of this name, and something of its value. */
  hasRoomFor(name: string): boolean {
    return name.length < this.#room
  }

  /** Text, and no more of it than there is room for. */
  text(text: string): string {
    let max = Math.max(0, Math.min(this.#limits.maxStringLength, this.#room))
    if (text.length <= max) {
      this.#room -= text.length
      return quote(text)
    }
    this.#room -= max
    // Half a character would be no text.
    if (isFirstHalf(text.charCodeAt(max - 1))) max -= 1
    return quote(`${text.slice(0, max)}… ${text.length - max} more`)
  }

  /** The same of an error that stands for the whole line. */
  lineErrorFields(error: object, names: Required<ErrorNames>, path: Path): string {
    this.#within.push(error)
    const text = this.#errorFields(error, names, path)
    this.#within.pop()
    return text
  }

  /** An error's fields, with commas between. */
  #errorFields(error: object, names: Partial<ErrorNames> & typeof ERROR_NAMES, path: Path): string {
    let text = `${quote(names.type)}:${this.text(typeOf(error))}`
    for (const name of ['message', 'stack'] as const) {
      const value = this.#read(error, name, this.#keys.get(name).isSecret, path)
      if (value !== undefined) text += `,${quote(names[name])}:${value}`
    }
    // These two are not enumerable where the platform made them.
    const own = new Set([...(namesIn(error) ?? []), 'cause', 'errors'])
    for (const name of ['name', 'message', 'stack']) own.delete(name)
    const rest = this.fields(error, [...own], path, this.#errorKeys)
    if (rest === '') return text
    return `${text},${names.details ? `${quote(names.details)}:{${rest}}` : rest}`
  }

  /**
   * Those fields of an object, with commas between.
   * @param size - How many there are, of which these names may be the first.
   */
  fields(
    object: object,
    names: readonly string[],
    path: Path,
    keys: KeyTable,
    size: number = names.length,
  ): string {
    let text = ''
    let at = 0
    for (; at < names.length && at < this.#limits.maxEntries; at++) {
      const name = names[at] as string
      // A name is not cut: it would be another.
      if (!this.hasRoomFor(name)) break
      const field = this.field(object, name, path, keys)
      if (field !== '') text += text === '' ? field : `,${field}`
    }
    return at < size ? `${text}${text && ','}"${MORE}":"${size - at} more"` : text
  }

  /** One field; empty when there is nothing to write. */
  field(object: object, name: string, path: Path, keys: KeyTable): string {
    const { start, isSecret } = keys.get(name)
    const value = this.#read(object, name, isSecret, path)
    if (value === undefined) return ''
    this.#room -= start.length
    return start + value
  }

  /** A field's value, or `undefined` when there is nothing to write. */
  #read(object: object, name: string | number, isSecret: boolean, path: Path): string | undefined {
    // Whatever it is: a million of nothing is long too.
    this.#room -= 8
    let value: unknown
    try {
      value = (object as Record<string | number, unknown>)[name]
    } catch {
      return UNREADABLE_JSON
    }
    if (value === undefined) return undefined
    const inside = path && step(path, `${name}`)
    const isKeptOut = isSecret || inside?.some(({ isEnd }) => isEnd)
    return isKeptOut && value !== null ? CENSORED : this.value(value, inside)
  }

  value(value: unknown, path: Path): string {
    switch (typeof value) {
      case 'string':
        return this.text(value)
      case 'number':
        // JSON knows no NaN and no infinity; `null` would not tell which.
        return Number.isFinite(value) ? `${value}` : `"${value}"`
      case 'boolean':
        return value ? 'true' : 'false'
      case 'object':
        return value === null ? 'null' : this.#object(value, path)
      case 'undefined':
        return 'null'
      case 'function':
        return '"[function]"'
      default:
        return this.text(String(value))
    }
  }

  #object(object: object, path: Path): string {
    const within = this.#within
    if (within.includes(object)) return '"[circular]"'
    if (within.length - this.#outside > this.#limits.maxDepth || this.#room <= 0) return '"[…]"'
    within.push(object)
    try {
      return this.#contents(object, path)
    } catch {
      return UNREADABLE_JSON
    } finally {
      within.pop()
    }
  }

  #contents(object: object, path: Path): string {
    if (Array.isArray(object)) return this.#list(object, object.length, path)
    if (!isPlain(object)) {
      const { maxEntries } = this.#limits
      if (isError(object)) return `{${this.#errorFields(object, ERROR_NAMES, path)}}`
      if (ArrayBuffer.isView(object)) return `"[${object.byteLength} bytes]"`
      if (object instanceof Set) return this.#list(first(object, maxEntries), object.size, path)
      if (object instanceof Map || object instanceof Headers) {
        const entries = first<[unknown, unknown]>(object, maxEntries)
        const size = object instanceof Map ? object.size : entries.length
        const named = entries.map(([key, value]) => [this.#nameOf(key), value] as const)
        return this.#braced(Object.fromEntries(named), path, size)
      }
    }
    const { toJSON } = object as { toJSON?: unknown }
    const json = typeof toJSON === 'function' ? toJSON.call(object) : object
    return json === object ? this.#braced(object, path) : this.value(json, path)
  }

  /** What a map's key is called. Objects as they are written: their own texts may be long, or throw. */
  #nameOf(key: unknown): string {
    return Object(key) === key ? this.value(key, undefined) : String(key)
  }

  #braced(object: object, path: Path, size?: number): string {
    return `{${this.fields(object, Object.keys(object), path, this.#keys, size)}}`
  }

  /** @param length - How long the list is, of which this may be the beginning. */
  #list(list: readonly unknown[], length: number, path: Path): string {
    let text = ''
    let at = 0
    for (; at < list.length && at < this.#limits.maxEntries && this.#room > 0; at++) {
      text += `${at > 0 ? ',' : ''}${this.#read(list, at, false, path) ?? 'null'}`
    }
    if (at < length) text += `${at > 0 ? ',' : ''}"… ${length - at} more"`
    return `[${text}]`
  }
}

/** Of a character that takes two. */
function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00
}

/** The names of its fields; `undefined` for what throws when it is looked at. */
export function namesIn(object: object): readonly string[] | undefined {
  try {
    return Object.keys(object)
  } catch {
    return undefined
  }
}

/** Whether it is of no class. */
export function isPlain(object: object): boolean {
  const prototype = Object.getPrototypeOf(object)
  return prototype === Object.prototype || prototype === null
}

function first<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = []
  for (const item of items) if (taken.push(item) >= count) break
  return taken
}
