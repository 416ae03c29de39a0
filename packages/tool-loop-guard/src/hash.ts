const FACTOR_A = 0x9e3779b1
const FACTOR_B = 0x5f356495
const NUMBERS = /* @__PURE__ */ new Float64Array(1)
const WORDS = /* @__PURE__ */ new Int32Array(/* @__PURE__ */ NUMBERS.buffer)

/** A hash of 53 bits, in two lanes with other factors. */
export class Hash {
  #a = 0x3c6ef372
  #b = 0x1f83d9ab

  get result(): number {
    return (mix(this.#a) & 0x1fffff) * 2 ** 32 + (mix(this.#b) >>> 0)
  }

  add(word: number): void {
    this.#a = Math.imul(this.#a ^ word, FACTOR_A)
    this.#b = Math.imul(this.#b ^ word, FACTOR_B)
  }

  /** All its bits; 0 and -0 are alike. */
  addNumber(value: number): void {
    NUMBERS[0] = value === 0 ? 0 : value
    this.add(WORDS[0] as number)
    this.add(WORDS[1] as number)
  }

  /** One character in `every`. */
  addText(text: string, from: number, to: number, every: number): void {
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
}

/** Spreads each bit over all, as MurmurHash3 does at its end. */
function mix(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return twice ^ (twice >>> 16)
}
