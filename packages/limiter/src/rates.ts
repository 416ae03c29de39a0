import {
  type Clock,
  checkNumber,
  checkOptions,
  guardCallback,
  type OptionRules,
  refusal,
} from '@holdfast/internal'
import type { LimiterContext } from './limiter-context.ts'
import { createTokenBucket, type TokenBucket, type TokenBucketSettings } from './token-bucket.ts'

/** So much a minute: requests, tokens, whatever a call costs of it. */
export interface Rate {
  /** Names the rate in `settle`, `stats` and `update`. */
  readonly name: string
  readonly perMinute: number
  /** How much may be taken at once after a pause. Default `perMinute`. */
  readonly burst?: number | undefined
  /** What a call reserves when it starts. Default 1. */
  readonly cost?: ((context: LimiterContext) => number) | undefined
}

/** What can be changed on a rate in use. What is not named stays. */
export interface RateChange {
  readonly name: string
  readonly perMinute?: number | undefined
  readonly burst?: number | undefined
}

/** How a rate stands. */
export interface RateStats {
  /** What may be taken now; below 0 it is in debt. */
  readonly tokens: number
  readonly capacity: number
}

/** What a call reserves of each rate, in their order. */
export type Reservation = number[]

const AMOUNT = { min: Number.MIN_VALUE, max: Number.MAX_VALUE }
const CHANGE_RULES: OptionRules<RateChange> = {
  name: 'any',
  // Checked with the rate's name in the message, by `bucketOf`.
  perMinute: 'any',
  burst: 'any',
}
const RULES: OptionRules<Rate> = { ...CHANGE_RULES, cost: 'function' }

interface Entry {
  rate: Rate
  readonly costOf: (context: LimiterContext) => number
  readonly bucket: TokenBucket
}

/** The rates of a limiter: a bucket each. A call must fit all of them at once. */
export class Rates {
  readonly #entries: readonly Entry[]

  /** @param report - Hears of a `cost` that failed. */
  constructor(
    rates: readonly Rate[],
    clock: Clock,
    report: (callback: string, error: unknown) => void,
  ) {
    this.#entries = rates.map((rate, at) => {
      checkOptions(`rates[${at}]`, rate, RULES)
      const isNew = rates.findIndex(({ name }) => name === rate.name) === at
      if (typeof rate.name !== 'string' || !isNew) {
        throw refusal(`rates[${at}].name`, rate.name, 'a string that no other rate has')
      }
      const costOf = guardCallback(`rates[${at}].cost`, rate.cost, () => 1, report)
      return { rate, costOf, bucket: createTokenBucket({ ...bucketOf(rate), clock }) }
    })
  }

  /**
   * What a call would reserve.
   * @throws RangeError or TypeError when it is no number, or more than a bucket ever holds.
   */
  costs(context: LimiterContext): Reservation {
    return this.#entries.map(({ rate: { name }, costOf, bucket }) =>
      checkNumber(`cost of ${name}`, costOf(context), { min: 0, max: bucket.capacity }),
    )
  }

  /** How long until there is enough of each, in milliseconds. */
  waitMs(costs: Reservation): number {
    // A bucket that has become too small for a call lets it into debt when it is full.
    const waits = this.#entries.map(({ bucket }, at) =>
      bucket.waitMs(Math.min(costs[at] ?? 0, bucket.capacity)),
    )
    return Math.max(0, ...waits)
  }

  take(costs: Reservation): void {
    for (const [at, { bucket }] of this.#entries.entries()) bucket.take(costs[at] ?? 0)
  }

  /** Gives back what a call reserved that has not been made. */
  giveBack(costs: Reservation): void {
    for (const [at, { bucket }] of this.#entries.entries()) bucket.give(costs[at] ?? 0)
  }

  /**
   * Corrects what a call has reserved to what it really took.
   * @throws RangeError or TypeError naming the rate that is wrong; nothing is corrected then.
   */
  settle(costs: Reservation, actual: Readonly<Record<string, number>>): void {
    const corrections = Object.entries(actual).map(([name, took]) => {
      const entry = this.#entry(name)
      checkNumber(`settle({ ${name} })`, took, { min: 0, max: Number.MAX_VALUE })
      return [this.#entries.indexOf(entry), took] as const
    })
    for (const [at, took] of corrections) {
      const { bucket } = this.#entries[at] as Entry
      bucket.take(took)
      bucket.give(costs[at] ?? 0)
      costs[at] = took
    }
  }

  /** @throws RangeError or TypeError naming what is wrong; nothing is changed then. */
  update(changes: readonly RateChange[]): void {
    const updates = changes.map((change, at) => {
      checkOptions(`rates[${at}]`, change, CHANGE_RULES)
      const entry = this.#entry(change.name)
      const { perMinute = entry.rate.perMinute, burst = entry.rate.burst } = change
      const rate = { ...entry.rate, perMinute, burst }
      return { entry, rate, settings: bucketOf(rate) }
    })
    for (const { entry, rate, settings } of updates) {
      entry.rate = rate
      entry.bucket.update(settings)
    }
  }

  stats(): Record<string, RateStats> {
    const stats = this.#entries.map(({ rate, bucket: { tokens, capacity } }) => {
      return [rate.name, { tokens, capacity }] as const
    })
    return Object.fromEntries(stats)
  }

  #entry(name: string): Entry {
    const entry = this.#entries.find(({ rate }) => rate.name === name)
    if (entry) return entry
    const names = this.#entries.map(({ rate }) => JSON.stringify(rate.name)).join(', ')
    throw new RangeError(
      `No rate is named ${JSON.stringify(name)}, ${names ? `only ${names}` : 'for there is none'}`,
    )
  }
}

/** @throws RangeError or TypeError naming the rate and what is wrong with it. */
function bucketOf({ name, perMinute, burst = perMinute }: Rate): TokenBucketSettings {
  checkNumber(`perMinute of ${name}`, perMinute, AMOUNT)
  checkNumber(`burst of ${name}`, burst, AMOUNT)
  return { capacity: burst, refillPerSecond: perMinute / 60 }
}
