import type { Clock } from '@holdfast/internal'
import { ObserverSeries } from './observer.ts'
import type { CreateSeries } from './series-table.ts'

/** How many parts the window moves on by. */
const PARTS = 5
/** Per doubling: a bin is 1.1 % wide. */
const BINS = 64
/** Values nearer to zero than 2⁻⁴⁰, or further from it than 2⁶⁰, share a bin: what bounds the memory. */
const LEAST = -40
const GREATEST = 60

/** The values that are about the same. Their mean stands for each. */
interface Bin {
  count: number
  sum: number
}

/** What was observed within one part of the window. */
interface Part {
  readonly number: number
  readonly bins: Map<number, Bin>
}

class SummarySeries extends ObserverSeries {
  readonly #quantiles: readonly number[]
  readonly #partMs: number
  #parts: Part[] = []
  #sum = 0
  #count = 0
  /** The quantiles' values, as they were last worked out, if they were. */
  #values: (number | null)[] | undefined

  constructor(
    quantiles: readonly number[],
    windowMs: number,
    ...series: ConstructorParameters<typeof ObserverSeries>
  ) {
    super(...series)
    this.#quantiles = quantiles
    this.#partMs = windowMs / PARTS
  }

  protected add(value: number): void {
    this.#sum += value
    this.#count += 1
    const number = this.#moveOn()
    if (this.#parts.at(-1)?.number !== number) this.#parts.push({ number, bins: new Map() })
    count((this.#parts.at(-1) as Part).bins, binOf(value), 1, value)
  }

  override prepare(): void {
    this.#moveOn()
    const bins = new Map<number, Bin>()
    for (const part of this.#parts) {
      for (const [key, { count: times, sum }] of part.bins) count(bins, key, times, sum)
    }
    this.#values = this.#quantiles.map(quantileOf(bins))
  }

  values(): (number | null)[] {
    // A series may have begun since the others were prepared.
    if (this.#values === undefined) this.prepare()
    return [...(this.#values ?? []), this.#sum, this.#count]
  }

  /** Drops what the window has passed, and returns the number of the present part. */
  #moveOn(): number {
    const number = Math.floor(this.clock.now() / this.#partMs)
    while ((this.#parts[0]?.number ?? number) <= number - PARTS) this.#parts.shift()
    return number
  }
}

/** The number of a value's bin. They sort as the values do. */
function binOf(value: number): number {
  const octave = Math.min(GREATEST, Math.max(LEAST, Math.log2(Math.abs(value))))
  return Math.sign(value) * Math.ceil((octave - LEAST + 1) * BINS)
}

function count(bins: Map<number, Bin>, key: number, times: number, sum: number): void {
  const bin = bins.get(key)
  if (bin) {
    bin.count += times
    bin.sum += sum
  } else bins.set(key, { count: times, sum })
}

/** For ascending quantiles: the value that so much of all is at or below. */
function quantileOf(bins: ReadonlyMap<number, Bin>): (quantile: number) => number | null {
  const sorted = [...bins].sort(([a], [b]) => a - b).map(([, bin]) => bin)
  const total = sorted.reduce((sum, { count }) => sum + count, 0)
  let place = 0
  let passed = 0
  return (quantile) => {
    let bin = sorted[place]
    while (bin && passed + bin.count < quantile * total) {
      passed += bin.count
      place += 1
      bin = sorted[place]
    }
    return bin ? bin.sum / bin.count : null
  }
}

/** @param quantiles - Ascending. */
export const summarySeries =
  (quantiles: readonly number[], windowMs: number, clock: Clock): CreateSeries<ObserverSeries> =>
  (...series) =>
    new SummarySeries(quantiles, windowMs, clock, ...series)
