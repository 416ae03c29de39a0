import { Hash } from './hash.ts'

/**
 * How many characters of a value are looked at; any other value costs up to four. Of longer text it is the length, the
 * beginning, the end, and of what is between one in so many; of longer lists and objects what is at both ends.
 */
export const MAX_HASHED = 32_768

/** How long text may be for its layout to make no difference, and for the order of its words to make none. */
const MAX_LOOSE = 2048
const MAX_UNORDERED = 256
/** The most of a text that is masked, at each end. */
const MAX_MASKED = 4096
const MAX_DEPTH = 64
/** The most keys of an object, and members of a set or a map. */
const MAX_KEYS = 4096
/** What is kept of the room for each value that follows, so that a long text does not hide it. */
const RESERVE = 64

/** What makes no difference. */
export interface Canon {
  /** Whether a key, with its value, means nothing. */
  readonly ignores?: ((key: string) => boolean) | undefined
  /** Takes from a text what means nothing. */
  readonly mask?: ((text: string) => string) | undefined
  /**
   * Whether the order of the words of a short text makes no difference, nor how a longer one is laid out. So it is for queries
   * and commands, but not for files.
   */
  readonly isLoose?: boolean | undefined
}

/**
 * A number of 53 bits that is the same for values that mean the same: whatever the order of keys. Bounded in work, but for
 * what the engine does to list an object's keys, and never throwing: what cannot be read is taken for one thing. Not for
 * secrets: who wants to can make two values collide.
 */
export function fingerprint(value: unknown, canon: Canon = {}): number {
  const reader = new Reader(canon)
  reader.read(value)
  return reader.hash.result
}

// What a value begins with, so that no two kinds of it are alike, however they are put together.
const UNDEFINED = 1
const NULL = 2
const TRUE = 3
const FALSE = 4
const NUMBER = 5
const TEXT = 6
const LIST = 7
const OBJECT = 8
const BYTES = 9
const BIGINT = 10
const NOT_AGAIN = 11
const UNREADABLE = 12
const OTHER = 13
const END = 14

const BLANKS = /\s{2,}|[^\S ]/g
const LATIN = /* @__PURE__ */ new TextDecoder('latin1')

/** Goes through one value. */
class Reader {
  readonly hash = new Hash()
  readonly #canon: Canon
  /** The objects that the value at hand is in, outermost first. */
  readonly #within: object[] = []
  /** What may still be looked at, down to the floor: the rest is for what follows. */
  #room = MAX_HASHED
  #floor = 0
  /** How many properties were read, of values that there is no room for any more, too. */
  #reads = 0

  constructor(canon: Canon) {
    this.#canon = canon
  }

  read(value: unknown): void {
    const { hash } = this
    this.#room--
    if (typeof value === 'string') this.#text(value)
    else if (typeof value === 'number') this.#number(NUMBER, value)
    else if (typeof value === 'boolean') hash.add(value ? TRUE : FALSE)
    else if (value === null) hash.add(NULL)
    else if (typeof value === 'object') this.#object(value)
    else if (typeof value === 'bigint') {
      // Both ends of it: the text of a huge one would take seconds to make.
      this.#number(BIGINT, Number(value))
      this.#number(BIGINT, Number(BigInt.asIntN(53, value)))
    }
    // Functions and symbols are all alike: none of them can come from a model.
    else hash.add(value === undefined ? UNDEFINED : OTHER)
  }

  #number(kind: number, value: number): void {
    this.#room -= 3
    this.hash.add(kind)
    this.hash.addNumber(value)
  }

  #object(object: object): void {
    const within = this.#within
    const outer = within.indexOf(object)
    if (outer >= 0 || within.length >= MAX_DEPTH) {
      this.hash.add(NOT_AGAIN)
      this.hash.add(outer)
      return
    }
    const floor = this.#floor
    within.push(object)
    try {
      this.#contents(object)
    } catch {
      this.hash.add(UNREADABLE)
    }
    within.pop()
    this.#floor = floor
  }

  #contents(object: object): void {
    if (ArrayBuffer.isView(object)) {
      this.#bytes(new Uint8Array(object.buffer, object.byteOffset, object.byteLength))
    } else if (object instanceof ArrayBuffer) this.#bytes(new Uint8Array(object))
    else if (Array.isArray(object)) this.#list(object, object.length)
    else if (object instanceof Map || object instanceof Set) this.#list(some(object), object.size)
    else if (object instanceof Error) this.#text(`${object.name}: ${object.message}`)
    else {
      const { toJSON } = object as { toJSON?: unknown }
      const json: unknown = typeof toJSON === 'function' ? toJSON.call(object) : object
      if (json === object) this.#properties(object as Readonly<Record<string, unknown>>)
      else this.read(json)
    }
  }

  #properties(object: Readonly<Record<string, unknown>>): void {
    const keys: string[] = []
    const values: unknown[] = []
    for (const key of someKeys(object)) {
      if (this.#canon.ignores?.(key) || this.#reads++ > MAX_HASHED) continue
      const value = object[key]
      // As in JSON, where a key without a value is not there.
      if (value === undefined) continue
      keys.push(key)
      values.push(value)
    }
    this.hash.add(OBJECT)
    this.#each(keys.length, (at) => {
      this.#characters(keys[at] as string)
      this.read(values[at])
    })
    this.hash.add(END)
  }

  #list(list: readonly unknown[], size: number): void {
    this.hash.add(LIST)
    this.hash.add(size)
    this.#each(list.length, (at) => this.read(list[at]))
  }

  /** From both ends, as there may not be room for all; and no member takes the room of those that follow. */
  #each(size: number, visit: (at: number) => void): void {
    const floor = this.#floor
    for (let visited = 0; visited < size && this.#room > floor; visited++) {
      const reserve = Math.min((this.#room - floor) / 2, RESERVE * (size - visited - 1))
      this.#floor = floor + reserve
      visit(visited % 2 === 0 ? visited / 2 : size - (visited + 1) / 2)
    }
  }

  #bytes(bytes: Uint8Array): void {
    const { length } = bytes
    const most = Math.max(0, this.#room - this.#floor) >> 1
    this.hash.add(BYTES)
    this.hash.add(length)
    // One character a byte. What is left out is not copied either.
    if (length <= 2 * most) this.#characters(LATIN.decode(bytes))
    else {
      this.#characters(LATIN.decode(bytes.subarray(0, most)))
      this.#characters(LATIN.decode(bytes.subarray(length - most)))
    }
  }

  #text(text: string): void {
    const { isLoose, mask } = this.#canon
    const { length } = text
    if (isLoose && length <= MAX_UNORDERED) {
      this.#room -= Math.min(length, this.#room)
      this.hash.addWords(text)
    } else if (isLoose && length <= MAX_LOOSE) {
      this.#characters(text.trim().replace(BLANKS, ' '))
    } else if (mask === undefined) this.#characters(text)
    else if (length <= 2 * MAX_MASKED) this.#characters(mask(text))
    else {
      this.#characters(mask(text.slice(0, MAX_MASKED)))
      this.#characters(mask(text.slice(-MAX_MASKED)))
      this.#characters(text.slice(MAX_MASKED, -MAX_MASKED))
    }
  }

  #characters(text: string): void {
    const { hash } = this
    const { length } = text
    const room = Math.max(0, this.#room - this.#floor)
    this.#room -= Math.min(length, room)
    hash.add(TEXT)
    hash.add(length)
    if (length <= room) {
      hash.addText(text, 0, length, 1)
      return
    }
    const quarter = room >> 2
    const between = length - 2 * quarter
    hash.addText(text, 0, quarter, 1)
    hash.addText(text, quarter, length - quarter, Math.ceil(between / (2 * quarter + 1)))
    hash.addText(text, length - quarter, length, 1)
  }
}

/** In order, as most are when they come; of huge objects those at both ends, as they are. */
function someKeys(object: object): string[] {
  const keys = Object.keys(object)
  const { length } = keys
  if (length > MAX_KEYS) {
    return [...keys.slice(0, MAX_KEYS / 2), ...keys.slice(-MAX_KEYS / 2)]
  }
  for (let at = 1; at < length; at++) {
    if ((keys[at] as string) < (keys[at - 1] as string)) return keys.sort()
  }
  return keys
}

/** The first members. */
function some(members: Iterable<unknown>): unknown[] {
  const found: unknown[] = []
  for (const member of members) if (found.push(member) >= MAX_KEYS) break
  return found
}
