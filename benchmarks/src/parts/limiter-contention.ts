import { createLimiter, fairQueue } from '@holdfast/limiter'
import { inOrderOf, median } from '../compare.ts'
import { heapInUse } from '../heap.ts'
import { verdict } from '../report.ts'
import { table } from '../table.ts'
import { besidePLimit, type JobLimiter, jobLimiters, many } from './limiter-jobs.ts'

const JOBS = 300_000
/** Odd, so that the median is a measured value. */
const ROUNDS = 7
const MAX_OF_P_LIMIT = 0.6

/** The smallest asynchronous job, so that the limiter dominates the measured time. */
const job = async (): Promise<void> => {
  await null
}

/** The baseline: all jobs at once, without a limiter. */
const bare: JobLimiter = { name: 'no limiter', make: () => (work) => work() }

/** Measures the time to submit many jobs at once and complete all of them. */
export async function limiterContention(): Promise<string> {
  const runs = [bare, ...jobLimiters].map((limiter) => ({ limiter, times: [] as number[] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { limiter, times } of inOrderOf(round, runs)) {
      const run = limiter.make(5)
      times.push(await millisecondsOf(limiter.fewer ?? JOBS, () => run(job)))
    }
  }
  const [baseline = Number.NaN, ...taken] = runs.map(({ limiter, times }) => {
    return (median(times) * 1_000) / (limiter.fewer ?? JOBS)
  })
  const pLimit = taken[jobLimiters.findIndex(({ peer }) => peer === 'p-limit')] ?? Number.NaN
  const rows = jobLimiters.map((limiter, at) => {
    const { fewer = JOBS } = limiter
    const microseconds = taken[at] ?? Number.NaN
    const figures = [
      many(fewer),
      ((microseconds * fewer) / 1_000).toFixed(0),
      microseconds.toFixed(2),
    ]
    return besidePLimit(limiter, figures, microseconds / pLimit, MAX_OF_P_LIMIT)
  })
  const baselineRow = [
    'no limiter',
    many(JOBS),
    ((baseline * JOBS) / 1_000).toFixed(0),
    baseline.toFixed(2),
  ]
  const heads = ['', 'jobs', 'ms for all', 'µs per job', '× p-limit’s', 'target']
  return `### Jobs submitted at once, 5 running\n\n${table(heads, [[...baselineRow, '', ''], ...rows])}`
}

const MOST = 1_000_000
const COUNTS = [MOST / 4, MOST / 2, MOST]
const GROWTH_ROUNDS = 3
const MAX_GROWTH = 1.3
const KEYS = Array.from({ length: 1_000 }, (_, index) => `key-${index}`)
const PRIORITIES = 5

/** Measures whether the cost per job depends on the number of waiting jobs, with priorities and keys. */
export async function limiterGrowth(): Promise<string> {
  const runs = COUNTS.map((count) => ({ count, times: [] as number[] }))
  /** Runs the same total number of jobs for each count, so that garbage collection has the same effect. */
  const run = (count: number) =>
    millisecondsOf(MOST / count, () => {
      const limiter = createLimiter({ maxConcurrent: 5, maxQueue: count, queue: fairQueue() })
      const hand = (_: unknown, at: number) =>
        limiter(job, { key: KEYS[at % KEYS.length], priority: at % PRIORITIES })
      return Promise.all(Array.from({ length: count }, hand))
    })
  // Compiles the code first. Otherwise compilation would count for the first measurement only.
  await run(MOST)
  for (let round = 0; round < GROWTH_ROUNDS; round++) {
    for (const { count, times } of inOrderOf(round, runs)) times.push(await run(count))
  }
  const taken = runs.map(({ times }) => (median(times) * 1_000) / MOST)
  const rows = COUNTS.map((count, at) => {
    const ratio = (taken[at] ?? Number.NaN) / (taken[0] ?? Number.NaN)
    return [
      many(count),
      taken[at]?.toFixed(2) ?? '',
      ratio.toFixed(2),
      at === COUNTS.length - 1 ? verdict(ratio, MAX_GROWTH) : '',
    ]
  })
  const title = `A job among many, with \`fairQueue\`: ${many(KEYS.length)} keys, ${PRIORITIES} priorities`
  return `### ${title}\n\n${table(['jobs at once', 'µs per job', '× the fewest', 'target'], rows)}`
}

async function millisecondsOf(
  jobs: number,
  hand: (at: number) => Promise<unknown>,
): Promise<number> {
  // Collects the garbage of previous runs first.
  heapInUse()
  const start = performance.now()
  await Promise.all(Array.from({ length: jobs }, (_, at) => hand(at)))
  return performance.now() - start
}
