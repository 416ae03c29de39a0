import { setTimeout } from 'node:timers/promises'
import type { Registry } from '@holdfast/metrics'

/** One kind of normal job, and three kinds that cause a fault on demand. */
const KINDS = ['mail', 'hang', 'crash', 'leave'] as const
export type Kind = (typeof KINDS)[number]

/** Checks a job's kind from a request, so that unknown kinds never become label values. */
export const isKind = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind)

/** How long the job `hang` blocks its worker, in milliseconds. */
const HANG_MS = 3_000

/** Creates a function that runs jobs and counts them in a worker's registry. The job `leave` does nothing; its worker exits afterward. */
export function createJobs(registry: Registry): (kind: Kind) => Promise<void> {
  const done = registry.counter({ name: 'jobs_total', help: 'Completed jobs.', labels: ['kind'] })
  const inProgress = registry.gauge({ name: 'jobs_in_progress', help: 'Jobs in progress.' })
  const took = registry.histogram({
    name: 'job_seconds',
    help: 'Duration of jobs.',
    unit: 'seconds',
  })
  // The sum over all workers is the number of workers that answered the scrape.
  registry.gauge({ name: 'worker_up', help: 'Workers that have answered this scrape.' }).set(1)

  return async (kind) => {
    const stop = took.startTimer()
    inProgress.inc()
    if (kind === 'mail') await setTimeout(5)
    if (kind === 'hang') hang()
    if (kind === 'crash') process.exit(1)
    inProgress.dec()
    stop()
    done.inc({ kind })
  }
}

/** Blocks the thread: no request, timer, or message is handled meanwhile. */
function hang(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HANG_MS)
}
