/** What became of a call. `ignore`: it says nothing on the dependency's health. */
export type Outcome = 'success' | 'failure' | 'ignore'

/** Leave to make one call. Settled exactly once: whatever comes after the first settlement does nothing. */
export interface Permit {
  succeed(): void
  fail(error?: unknown): void
  /** Gives the permit back without a verdict. */
  ignore(): void
  /** As `ignore`. */
  [Symbol.dispose](): void
}

/** A permit that tells its outcome once. */
export function createPermit(settle: (outcome: Outcome, error?: unknown) => void): Permit {
  let settled = false
  const settleOnce = (outcome: Outcome, error?: unknown) => {
    if (settled) return
    settled = true
    settle(outcome, error)
  }
  return {
    succeed: () => settleOnce('success'),
    fail: (error) => settleOnce('failure', error),
    ignore: () => settleOnce('ignore'),
    [Symbol.dispose]: () => settleOnce('ignore'),
  }
}
