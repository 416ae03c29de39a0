const FACTOR_A = 0x9e3779b1
const FACTOR_B = 0x5f356495
const NUMBERS = /* @__PURE__ */ new Float64Array(1)
const WORDS = /* @__PURE__ */ new Int32Array(/* @__PURE__ */ NUMBERS.buffer)
const ENCODER = /* @__PURE__ */ new TextEncoder()
/** How many characters are encoded at a time, of at most three bytes each. */
const CHUNK = 4096
/** How long text must be for it to be worth the while. */
const MIN_ENCODED = 24
const BLANK = 32
const COMMA = 44
const BAR = 124
const NO_BREAK_SPACE = 160
const BYTES = /* @__PURE__ */ new Uint8Array(3 * CHUNK + 4)
const BYTES_AS_WORDS = /* @__PURE__ */ new Int32Array(/* @__PURE__ */ BYTES.buffer)

/** A hash of 53 bits, in two lanes with other factors. */
export class Hash {
  #a = 0x3c6ef372
  #b = 0x1f83d9ab

  get result(): number {
    return (mix(this.#a) & 0x1fffff) * 2 ** 32 + (mix(this.#b) >>> 0)
  }

  add(word: number): void {
    const a = Math.imul(this.#a ^ word, FACTOR_A)
    const b = Math.imul(this.#b ^ word, FACTOR_B)
    // A factor takes bits upwards only: without this the signs of two numbers would undo each other.
    this.#a = a ^ (a >>> 15)
    this.#b = b ^ (b >>> 15)
  }

  /** All its bits; 0 and -0 are alike. */
  addNumber(value: number): void {
    NUMBERS[0] = value === 0 ? 0 : value
    this.add(WORDS[0] as number)
    this.add(WORDS[1] as number)
  }

  /** One character in `every`. */
  addText(text: string, from: number, to: number, every: number): void {
    if (every === 1 && to - from >= MIN_ENCODED) {
      for (let at = from; at < to; at += CHUNK)
        this.#addEncoded(text.slice(at, Math.min(to, at + CHUNK)))
      return
    }
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

  /** The words of a text, in any order. They end at blanks, at commas, and at bars. */
  addWords(text: string): void {
    let sumA = 0
    let sumB = 0
    let count = 0
    let a = 0
    let b = 0
    for (let at = 0; at <= text.length; at++) {
      const code = at < text.length ? text.charCodeAt(at) : BLANK
      if (isBlank(code) || code === COMMA || code === BAR) {
        if (a === 0 && b === 0) continue
        // Spread, so that sums of different words do not cancel each other out.
        sumA = (sumA + mix(a)) | 0
        sumB = (sumB + mix(b)) | 0
        count++
        a = b = 0
      } else {
        a = Math.imul(a ^ code, FACTOR_A) + 1
        b = Math.imul(b ^ code, FACTOR_B) + 1
        a ^= a >>> 15
        b ^= b >>> 15
      }
    }
    this.add(count)
    this.add(sumA)
    this.add(sumB)
  }

  /** Four bytes at a time: to look at each character takes three times as long. */
  #addEncoded(text: string): void {
    const { written } = ENCODER.encodeInto(text, BYTES)
    // What is left of the text before must not count.
    BYTES.fill(0, written, written + 3)
    let a = this.#a
    let b = this.#b
    for (let at = 0; 4 * at < written; at++) {
      const word = BYTES_AS_WORDS[at] as number
      a = Math.imul(a ^ word, FACTOR_A)
      b = Math.imul(b ^ word, FACTOR_B)
      a ^= a >>> 15
      b ^= b >>> 15
    }
    this.#a = a
    this.#b = b
  }
}

function isBlank(code: number): boolean {
  return code === BLANK || (code >= 9 && code <= 13) || code === NO_BREAK_SPACE
}

/** Spreads each bit over all, as MurmurHash3 does at its end. */
function mix(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
