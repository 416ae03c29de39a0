/**
 * How many characters of a value are looked at. Of longer text it is the length, the beginning, the end, and of what is
 * between one in so many.
 */
export const MAX_HASHED = 32_768

/** How long text may be for its layout to make no difference. */
const MAX_LOOSE = 2048
const MAX_DEPTH = 64

/** What makes no difference. */
export interface Canon {
  /** Whether a key, with its value, means nothing. */
  readonly ignores?: ((key: string) => boolean) | undefined
  /** What text is compared as. */
  readonly text?: ((text: string) => string) | undefined
  /** Whether it makes no difference how short text is laid out: that of a query or a command, but not of a file. */
  readonly isLoose?: boolean | undefined
}

/**
 * A number of 53 bits that is the same for values that mean the same: whatever the order of keys. Bounded in work, and never
 * throwing: what cannot be read is taken for one thing. Not for secrets: who wants to can make two values collide.
 */
export function fingerprint(value: unknown, canon: Canon = {}): number {
  const hash = new Hash(canon)
  hash.value(value, [])
  return hash.result
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

const BLANK = 0x20
const FACTOR_A = 0x9e3779b1
const FACTOR_B = 0x5f356495
const NUMBERS = /* @__PURE__ */ new Float64Array(1)
const WORDS = /* @__PURE__ */ new Int32Array(/* @__PURE__ */ NUMBERS.buffer)
const LATIN = /* @__PURE__ */ new TextDecoder('latin1')

class Hash {
  readonly #canon: Canon
  #room = MAX_HASHED
  // Two lanes with other factors.
  #a = 0x3c6ef372
  #b = 0x1f83d9ab

  constructor(canon: Canon) {
    this.#canon = canon
  }

  get result(): number {
    return (mix(this.#a) & 0x1fffff) * 2 ** 32 + (mix(this.#b) >>> 0)
  }

  /** @param within - The objects that it is in, outermost first. */
  value(value: unknown, within: object[]): void {
    if (typeof value === 'string') this.#text(this.#canon.text?.(value) ?? value)
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'boolean') this.#add(value ? TRUE : FALSE)
    else if (value === null) this.#add(NULL)
    else if (typeof value === 'object') this.#object(value, within)
    else if (typeof value === 'bigint') this.#bigint(value)
    // Functions and symbols are all alike: none of them can come from a model.
    else this.#add(value === undefined ? UNDEFINED : OTHER)
  }

  #object(object: object, within: object[]): void {
    const outer = within.indexOf(object)
    if (outer >= 0 || within.length >= MAX_DEPTH || this.#room <= 0) {
      this.#add(NOT_AGAIN)
      this.#add(outer)
      return
    }
    within.push(object)
    try {
      this.#contents(object, within)
    } catch {
      this.#add(UNREADABLE)
    }
    within.pop()
  }

  #contents(object: object, within: object[]): void {
    if (ArrayBuffer.isView(object)) {
      this.#bytes(new Uint8Array(object.buffer, object.byteOffset, object.byteLength))
    } else if (Array.isArray(object)) this.#list(object, within)
    else if (object instanceof Map || object instanceof Set) this.#list([...object], within)
    else if (object instanceof Error) this.#text(`${object.name}: ${object.message}`)
    else {
      const { toJSON } = object as { toJSON?: unknown }
      const json: unknown = typeof toJSON === 'function' ? toJSON.call(object) : object
      if (json === object) this.#properties(object as Record<string, unknown>, within)
      else this.value(json, within)
    }
  }

  #properties(object: Readonly<Record<string, unknown>>, within: object[]): void {
    this.#add(OBJECT)
    for (const key of sorted(Object.keys(object))) {
      if (this.#room <= 0) break
      const value = object[key]
      // As in JSON, where a key without a value is not there.
      if (value === undefined || this.#canon.ignores?.(key)) continue
      this.#text(key)
      this.value(value, within)
    }
    this.#add(END)
  }

  #list(list: readonly unknown[], within: object[]): void {
    this.#add(LIST)
    this.#add(list.length)
    for (let at = 0; at < list.length && this.#room > 0; at++) this.value(list[at], within)
  }

  #bigint(value: bigint): void {
    this.#add(BIGINT)
    // The text of a huge one would take seconds to make.
    for (const bits of [value, value >> 53n, value >> 106n])
      this.#number(Number(BigInt.asIntN(53, bits)))
  }

  #number(value: number): void {
    this.#room -= 4
    NUMBERS[0] = value === 0 ? 0 : value
    this.#add(NUMBER)
    this.#add(WORDS[0] as number)
    this.#add(WORDS[1] as number)
  }

  #bytes(bytes: Uint8Array): void {
    this.#add(BYTES)
    const most = Math.max(0, this.#room)
    // One character a byte. What is left out is not copied either.
    const ends =
      bytes.length <= most ? [bytes] : [bytes.subarray(0, most >> 1), bytes.subarray(-(most >> 1))]
    this.#add(bytes.length)
    for (const end of ends) this.#text(LATIN.decode(end))
  }

  #text(text: string): void {
    const { length } = text
    const room = Math.max(0, this.#room)
    this.#room -= length
    this.#add(TEXT)
    if (this.#canon.isLoose && length <= MAX_LOOSE) {
      this.#words(text)
      return
    }
    this.#add(length)
    if (length <= room) {
      this.#characters(text, 0, length, 1)
      return
    }
    const quarter = room >> 2
    this.#characters(text, 0, quarter, 1)
    this.#characters(
      text,
      quarter,
      length - quarter,
      Math.ceil((length - 2 * quarter) / (2 * quarter + 1)),
    )
    this.#characters(text, length - quarter, length, 1)
  }

  #characters(text: string, from: number, to: number, every: number): void {
    let a = this.#a
    let b = this.#b
    for (let at = from; at < to; at += every) {
      const code = text.charCodeAt(at)
      a = Math.imul(a ^ code, FACTOR_A)
      b = Math.imul(b ^ code, FACTOR_B)
    }
    this.#a = a
    this.#b = b
  }

  /** Takes a run of blanks for one, and none at the ends. */
  #words(text: string): void {
    let a = this.#a
    let b = this.#b
    let isBlank = false
    let isStarted = false
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      if (code <= BLANK) {
        isBlank = isStarted
        continue
      }
      if (isBlank) {
        a = Math.imul(a ^ BLANK, FACTOR_A)
        b = Math.imul(b ^ BLANK, FACTOR_B)
        isBlank = false
      }
      isStarted = true
      a = Math.imul(a ^ code, FACTOR_A)
      b = Math.imul(b ^ code, FACTOR_B)
    }
    this.#a = a
    this.#b = b
    // No character that could be one, so that what follows is not taken for more of it.
    this.#add(END)
  }

  #add(word: number): void {
    this.#a = Math.imul(this.#a ^ word, FACTOR_A)
    this.#b = Math.imul(this.#b ^ word, FACTOR_B)
  }
}

/** Most are in order as they come. */
function sorted(keys: string[]): string[] {
  for (let at = 1; at < keys.length; at++) {
    if ((keys[at] as string) < (keys[at - 1] as string)) return keys.sort()
  }
  return keys
}

/** Spreads each bit over all, as MurmurHash3 does at its end. */
function mix(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
