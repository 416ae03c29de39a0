import { createLimiter, fairQueue } from '@holdfast/limiter'
import { inOrderOf, median } from '../compare.ts'
import { heapInUse } from '../heap.ts'
import { verdict } from '../report.ts'
import { table } from '../table.ts'
import { besidePLimit, type JobLimiter, jobLimiters, many } from './limiter-jobs.ts'

const JOBS = 300_000
/** Odd, so that the median is a round that was measured. */
const ROUNDS = 7
const MAX_OF_P_LIMIT = 0.6

/** The least that takes a turn of the microtask queue: what is measured is the limiter. */
const job = async (): Promise<void> => {
  await null
}

/** The floor: all jobs at once, with no limiter. */
const bare: JobLimiter = { name: 'bare jobs', make: () => (work) => work() }

/** What it takes to hand in many jobs at once and to have them all done. */
export async function limiterContention(): Promise<string> {
  const runs = [bare, ...jobLimiters].map((limiter) => ({ limiter, times: [] as number[] }))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { limiter, times } of inOrderOf(round, runs)) {
      const run = limiter.make(5)
      times.push(await millisecondsOf(limiter.fewer ?? JOBS, () => run(job)))
    }
  }
  const [floor = Number.NaN, ...taken] = runs.map(({ limiter, times }) => {
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
  const floorRow = ['bare jobs', many(JOBS), ((floor * JOBS) / 1_000).toFixed(0), floor.toFixed(2)]
  const heads = ['', 'jobs', 'ms for all', 'µs a job', '× p-limit’s', 'target']
  return `### Jobs handed in at once, 5 running\n\n${table(heads, [[...floorRow, '', ''], ...rows])}`
}

const MOST = 1_000_000
const COUNTS = [MOST / 4, MOST / 2, MOST]
const GROWTH_ROUNDS = 3
const MAX_GROWTH = 1.3
const KEYS = Array.from({ length: 1_000 }, (_, index) => `key-${index}`)
const PRIORITIES = 5

/** Whether a job costs as much however many wait, with priorities and keys in play. */
export async function limiterGrowth(): Promise<string> {
  const runs = COUNTS.map((count) => ({ count, times: [] as number[] }))
  /** As many in all, whatever the count: then what the collector does weighs alike. */
  const run = (count: number) =>
    millisecondsOf(MOST / count, () => {
      const limiter = createLimiter({ maxConcurrent: 5, maxQueue: count, queue: fairQueue() })
      const hand = (_: unknown, at: number) =>
        limiter(job, { key: KEYS[at % KEYS.length], priority: at % PRIORITIES })
      return Promise.all(Array.from({ length: count }, hand))
    })
  // What is compiled on the way would count against the first.
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
  return `### ${title}\n\n${table(['jobs at once', 'µs a job', '× the fewest', 'target'], rows)}`
}

async function millisecondsOf(
  jobs: number,
  hand: (at: number) => Promise<unknown>,
): Promise<number> {
  // What others have left behind is none of its business.
  heapInUse()
  const start = performance.now()
  await Promise.all(Array.from({ length: jobs }, (_, at) => hand(at)))
  return performance.now() - start
}
