import { setTimeout } from 'node:timers/promises'
import type { Registry } from '@holdfast/metrics'

/** Work, and three kinds of trouble to be had on demand. */
const KINDS = ['mail', 'hang', 'crash', 'leave'] as const
export type Kind = (typeof KINDS)[number]

/** Whatever a client writes is no kind, and so no label. */
export const isKind = (kind: string): kind is Kind => (KINDS as readonly string[]).includes(kind)

/** How long a worker hangs, when it is to. */
const HANG_MS = 3_000

/** Does jobs, and counts them in a worker's registry. `leave` is one that does nothing: who runs it leaves afterwards. */
export function createJobs(registry: Registry): (kind: Kind) => Promise<void> {
  const done = registry.counter({ name: 'jobs_total', help: 'Jobs done.', labels: ['kind'] })
  const inHand = registry.gauge({ name: 'jobs_in_hand', help: 'Jobs that are being done.' })
  const took = registry.histogram({
    name: 'job_seconds',
    help: 'How long jobs took.',
    unit: 'seconds',
  })
  // Added up over the workers, it is how many of them answered.
  registry.gauge({ name: 'worker_up', help: 'Workers that have answered this scrape.' }).set(1)

  return async (kind) => {
    const stop = took.startTimer()
    inHand.inc()
    if (kind === 'mail') await setTimeout(5)
    if (kind === 'hang') hang()
    if (kind === 'crash') process.exit(1)
    inHand.dec()
    stop()
    done.inc({ kind })
  }
}

/** Nothing else runs in this thread meanwhile: no request, no timer, no message. */
function hang(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HANG_MS)
}
