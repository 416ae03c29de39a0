import { ServiceError } from '../exceptions.ts'
import { defaultBurndown } from './burndown.ts'
import type { Capacity } from './capacity.ts'
import { LeakyCount } from './leaky-count.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const DEFAULT_MAX_TOKENS = 64_000

/** What a request used in the end, in tokens. Cache reads are free. */
export interface Settlement {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cacheWriteInputTokens?: number | undefined
}

/** Room held for one request. */
export interface Reservation {
  /** Returns what was reserved and not used; `undefined` returns all tokens. Only the first call counts. */
  settle(used?: Settlement): void
}

interface Account {
  active: number
  readonly requests: LeakyCount
  readonly tokens: LeakyCount
  readonly dayTokens: LeakyCount
}

/**
 * The quotas of Bedrock: at the start input + max tokens are reserved, at the end
 * input + cache writes + output × burndown are charged and the rest is given back.
 */
export class Quotas {
  readonly #now: () => number
  readonly #limits = new Map<string, Capacity>()
  readonly #accounts = new Map<string, Account>()

  constructor(now: () => number) {
    this.#now = now
  }

  get limits(): Readonly<Record<string, Capacity>> {
    return Object.fromEntries(this.#limits)
  }

  /** `*` stands for every model without limits of its own, each counted by itself. */
  set(model: string, capacity: Capacity | undefined): void {
    if (capacity) this.#limits.set(model, capacity)
    else this.#limits.delete(model)
  }

  /** No limits, and nothing used. Requests still under way settle against what was before. */
  clear(): void {
    this.#limits.clear()
    this.#accounts.clear()
  }

  /** Throws the service's 429 when there is no room. A refused request uses up nothing. */
  reserve(model: string, inputTokens: number, maxTokens: number | undefined): Reservation {
    const limit = this.#limits.get(model) ?? this.#limits.get('*')
    if (!limit) return { settle: () => {} }
    const account = this.#account(model)
    const now = this.#now()
    const wanted = inputTokens + (maxTokens ?? limit.defaultMaxTokens ?? DEFAULT_MAX_TOKENS)

    if (
      account.active >= (limit.concurrent ?? Number.POSITIVE_INFINITY) ||
      !account.requests.fits(1, limit.requestsPerMinute, now)
    ) {
      throw refusal('Too many requests')
    }
    if (!account.dayTokens.fits(wanted, limit.tokensPerDay, now)) {
      throw refusal('Too many tokens per day')
    }
    if (!account.tokens.fits(wanted, limit.tokensPerMinute, now)) throw refusal('Too many tokens')

    account.active++
    account.requests.add(1)
    account.tokens.add(wanted)
    account.dayTokens.add(wanted)
    const burndown = limit.burndown ?? defaultBurndown(model)
    let settled = false
    return {
      settle: (used) => {
        if (settled) return
        settled = true
        account.active--
        const correction = (used ? cost(used, burndown) : 0) - wanted
        const end = this.#now()
        account.tokens.correct(correction, limit.tokensPerMinute, end)
        account.dayTokens.correct(correction, limit.tokensPerDay, end)
      },
    }
  }

  #account(model: string): Account {
    const known = this.#accounts.get(model)
    if (known) return known
    const account: Account = {
      active: 0,
      requests: new LeakyCount(MINUTE_MS),
      tokens: new LeakyCount(MINUTE_MS),
      dayTokens: new LeakyCount(DAY_MS),
    }
    this.#accounts.set(model, account)
    return account
  }
}

function cost(used: Settlement, burndown: number): number {
  return used.inputTokens + (used.cacheWriteInputTokens ?? 0) + used.outputTokens * burndown
}

function refusal(reason: string): ServiceError {
  return new ServiceError('ThrottlingException', `${reason}, please wait before trying again.`)
}
