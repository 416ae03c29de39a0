/** Which counter counts an outcome. */
export const COUNTER = { success: 'successes', failure: 'failures', ignore: 'ignored' } as const

/** What a breaker counts from its beginning, for its stats. */
export type Counts = Record<
  (typeof COUNTER)[keyof typeof COUNTER] | 'slow' | 'stale' | 'rejected' | 'openings',
  number
>

export const NO_COUNTS: Readonly<Counts> = {
  successes: 0,
  failures: 0,
  ignored: 0,
  slow: 0,
  stale: 0,
  rejected: 0,
  openings: 0,
}
