import {
  type Clock,
  checkClock,
  checkNumber,
  checkOptions,
  type OptionRules,
  systemClock,
} from '@holdfast/internal'

/** What can be changed on a bucket in use. */
export interface TokenBucketSettings {
  /** How many tokens it holds at most. */
  readonly capacity: number
  /** How many come back in a second, continuously. */
  readonly refillPerSecond: number
}

/** Options of {@link createTokenBucket}. */
export interface TokenBucketOptions extends TokenBucketSettings {
  readonly clock?: Clock | undefined
}

/** So many tokens a second, and a store of them for bursts. No timers: what has come back is reckoned when one looks. */
export interface TokenBucket {
  readonly capacity: number
  /** How many there are now. Below 0 it is in debt. */
  readonly tokens: number
  /** Takes them if there are as many. */
  tryTake(tokens?: number): boolean
  /** Takes them, into debt if need be. */
  take(tokens: number): void
  /** Gives back, up to the capacity. */
  give(tokens: number): void
  /** How long until there are as many, in milliseconds; `Infinity` for more than the capacity. */
  waitMs(tokens?: number): number
  /** What has come back so far stays, up to the new capacity. */
  update(settings: { readonly [K in keyof TokenBucketSettings]?: number | undefined }): void
}

const AMOUNT = { min: Number.MIN_VALUE, max: Number.MAX_VALUE }
const RULES: OptionRules<TokenBucketOptions> = {
  capacity: AMOUNT,
  refillPerSecond: AMOUNT,
  clock: checkClock,
}

/** Of the capacity: what sums of fractions may lack for want of precision. */
const TOLERANCE = 1e-9

/**
 * Makes a bucket, full at first. Over any time `t` no more than `capacity + refillPerSecond × t` can be taken.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createTokenBucket(options: TokenBucketOptions): TokenBucket {
  checkOptions('createTokenBucket', options, RULES)
  const { clock = systemClock } = options
  let { capacity, refillPerSecond } = checkSettings(options)
  let tokens = capacity
  let at = clock.now()

  function refill(): number {
    const now = clock.now()
    // A clock that went back has refilled nothing.
    const passedMs = Math.max(0, now - at)
    tokens = Math.min(capacity, tokens + (passedMs / 1_000) * refillPerSecond)
    at = now
    return tokens
  }

  const has = (wanted: number) => refill() + TOLERANCE * capacity >= wanted

  return {
    get capacity() {
      return capacity
    },
    get tokens() {
      return refill()
    },
    tryTake(wanted = 1) {
      checkTokens(wanted)
      if (!has(wanted)) return false
      tokens -= wanted
      return true
    },
    take(wanted) {
      checkTokens(wanted)
      tokens = refill() - wanted
    },
    give(returned) {
      checkTokens(returned)
      tokens = Math.min(capacity, refill() + returned)
    },
    waitMs(wanted = 1) {
      checkTokens(wanted)
      if (wanted > capacity) return Infinity
      return has(wanted) ? 0 : ((wanted - tokens) / refillPerSecond) * 1_000
    },
    update({ capacity: room = capacity, refillPerSecond: refilled = refillPerSecond }) {
      const next = checkSettings({ capacity: room, refillPerSecond: refilled })
      refill()
      ;({ capacity, refillPerSecond } = next)
      tokens = Math.min(tokens, capacity)
    },
  }
}

function checkTokens(tokens: number): void {
  checkNumber('tokens', tokens, { min: 0, max: Number.MAX_VALUE })
}

function checkSettings({ capacity, refillPerSecond }: TokenBucketSettings): TokenBucketSettings {
  checkNumber('capacity', capacity, AMOUNT)
  checkNumber('refillPerSecond', refillPerSecond, AMOUNT)
  return { capacity, refillPerSecond }
}
