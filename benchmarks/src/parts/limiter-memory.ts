import { heapInUse } from '../heap.ts'
import { table } from '../table.ts'
import { besidePLimit, type JobLimiter, jobLimiters, many } from './limiter-jobs.ts'

const JOBS = 200_000
const MAX_OF_P_LIMIT = 0.6

const never = (): Promise<never> => new Promise(() => {})

/** Measures the memory of a job that waits behind one that never ends, including the promise of its result. */
export async function limiterMemory(): Promise<string> {
  const sizes: number[] = []
  for (const limiter of jobLimiters) sizes.push(await bytesPerJob(limiter))
  const pLimit = sizes[jobLimiters.findIndex(({ peer }) => peer === 'p-limit')] ?? Number.NaN
  const rows = jobLimiters.map((limiter, at) => {
    const bytes = sizes[at] ?? Number.NaN
    return besidePLimit(limiter, [bytes.toFixed(0)], bytes / pLimit, MAX_OF_P_LIMIT)
  })
  const heads = ['', 'bytes', '× p-limit’s', 'target']
  return `### Bytes per waiting job, over ${many(JOBS)}\n\n${table(heads, rows)}`
}

async function bytesPerJob({ make }: JobLimiter): Promise<number> {
  const run = make(1)
  const promises: Promise<unknown>[] = new Array(JOBS)
  // The first jobs compile the code, which must not count as memory of a waiting job.
  run(never)
  for (let at = 0; at < 100; at++) run(never)
  await turn()
  const before = heapInUse()
  for (let at = 0; at < JOBS; at++) promises[at] = run(never)
  await turn()
  const after = heapInUse()
  // Keeps the limiter and the promises alive until here.
  run(never)
  promises.length = 0
  return (after - before) / JOBS
}

/** Waits, because some limiters accept their jobs over several turns of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100))
