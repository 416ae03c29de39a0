import { createLimiter } from '@holdfast/limiter'
import Bottleneck from 'bottleneck'
import * as cockatiel from 'cockatiel'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import { versionOf } from '../machine.ts'
import { verdict } from '../report.ts'

/** Runs a job within the limit of a limiter. */
type Run = (work: () => Promise<unknown>) => Promise<unknown>

/** A limiter with an unbounded queue and no queue timeout. */
export interface JobLimiter {
  readonly name: string
  readonly peer?: string
  make(maxConcurrent: number): Run
  /** The number of jobs, for limiters that would need minutes for the usual number. */
  readonly fewer?: number
}

export const jobLimiters: readonly JobLimiter[] = [
  {
    name: 'createLimiter',
    make: (maxConcurrent) =>
      createLimiter({ maxConcurrent, maxQueue: Infinity, queueTimeoutMs: Infinity }),
  },
  { name: 'pLimit', peer: 'p-limit', make: pLimit },
  {
    name: 'PQueue',
    peer: 'p-queue',
    make(concurrency) {
      const queue = new PQueue({ concurrency })
      return (work) => queue.add(work)
    },
  },
  {
    name: 'Bottleneck',
    peer: 'bottleneck',
    make(maxConcurrent) {
      const limiter = new Bottleneck({ maxConcurrent })
      return (work) => limiter.schedule(work)
    },
    // bottleneck sets a timer for each job.
    fewer: 500,
  },
  {
    name: 'bulkhead policy',
    peer: 'cockatiel',
    make(maxConcurrent) {
      const bulkhead = cockatiel.bulkhead(maxConcurrent, Infinity)
      return (work) => bulkhead.execute(work)
    },
    // The time of cockatiel grows with the square of the number of jobs.
    fewer: 20_000,
  },
]

/** Formats the figures of one limiter, with the ratio to p-limit. For ours, adds whether the ratio meets the target. */
export function besidePLimit(
  { name, peer }: JobLimiter,
  figures: readonly string[],
  ratio: number,
  target: number,
): string[] {
  const label = peer === undefined ? `**${name}**` : `${peer} ${versionOf(peer)}: ${name}`
  return [label, ...figures, ratio.toFixed(2), peer === undefined ? verdict(ratio, target) : '']
}

/** Formats a number with digits in groups of three. */
export const many = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
