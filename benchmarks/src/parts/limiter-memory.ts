import { heapInUse } from '../heap.ts'
import { table } from '../table.ts'
import { besidePLimit, type JobLimiter, jobLimiters, many } from './limiter-jobs.ts'

const JOBS = 200_000
const MAX_OF_P_LIMIT = 0.6

const never = (): Promise<never> => new Promise(() => {})

/** What a job weighs that waits behind one that never ends, with the promise of its result. */
export async function limiterMemory(): Promise<string> {
  const weights: number[] = []
  for (const limiter of jobLimiters) weights.push(await weigh(limiter))
  const pLimit = weights[jobLimiters.findIndex(({ peer }) => peer === 'p-limit')] ?? Number.NaN
  const rows = jobLimiters.map((limiter, at) => {
    const bytes = weights[at] ?? Number.NaN
    return besidePLimit(limiter, [bytes.toFixed(0)], bytes / pLimit, MAX_OF_P_LIMIT)
  })
  const heads = ['', 'bytes', '× p-limit’s', 'target']
  return `### Bytes a waiting job, of ${many(JOBS)}\n\n${table(heads, rows)}`
}

async function weigh({ make }: JobLimiter): Promise<number> {
  const run = make(1)
  const promises: Promise<unknown>[] = new Array(JOBS)
  // What is compiled and kept by the first is nobody's who waits.
  run(never)
  for (let at = 0; at < 100; at++) run(never)
  await turn()
  const before = heapInUse()
  for (let at = 0; at < JOBS; at++) promises[at] = run(never)
  await turn()
  const after = heapInUse()
  // The limiter and the promises must have lived until now.
  run(never)
  promises.length = 0
  return (after - before) / JOBS
}

/** Some take their jobs in over several turns. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))
