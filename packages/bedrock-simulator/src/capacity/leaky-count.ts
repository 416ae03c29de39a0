/**
 * A quota per period: what was used drains evenly, `limit` in each period. It keeps what is used, not what
 * is left, so that a limit can change while requests are under way.
 */
export class LeakyCount {
  readonly #periodMs: number
  #used = 0
  #at = Number.NEGATIVE_INFINITY

  constructor(periodMs: number) {
    this.#periodMs = periodMs
  }

  /** Whether `amount` more stays within the limit. Without a limit nothing drains, and all fits. */
  fits(amount: number, limit: number | undefined, now: number): boolean {
    this.#drain(limit, now)
    return limit === undefined || this.#used + amount <= limit
  }

  add(amount: number): void {
    this.#used += amount
  }

  /** Adds what was used beyond the reservation, or takes back what was not. */
  correct(amount: number, limit: number | undefined, now: number): void {
    this.#drain(limit, now)
    this.#used = Math.max(0, this.#used + amount)
  }

  #drain(limit: number | undefined, now: number): void {
    if (limit !== undefined && Number.isFinite(this.#at)) {
      this.#used = Math.max(0, this.#used - (limit * (now - this.#at)) / this.#periodMs)
    }
    this.#at = now
  }
}
