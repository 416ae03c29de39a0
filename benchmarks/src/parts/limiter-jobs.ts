import { createLimiter } from '@holdfast/limiter'
import Bottleneck from 'bottleneck'
import * as cockatiel from 'cockatiel'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import { versionOf } from '../machine.ts'
import { verdict } from '../report.ts'

/** Runs what it is given, within the limit of a limiter. */
type Run = (work: () => Promise<unknown>) => Promise<unknown>

/** A limiter in which any number may wait, for ever. */
export interface JobLimiter {
  readonly name: string
  readonly peer?: string
  make(maxConcurrent: number): Run
  /** How many jobs to time, where as many as of the others would take minutes. */
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
    // It sets a timer for each job.
    fewer: 500,
  },
  {
    name: 'bulkhead policy',
    peer: 'cockatiel',
    make(maxConcurrent) {
      const bulkhead = cockatiel.bulkhead(maxConcurrent, Infinity)
      return (work) => bulkhead.execute(work)
    },
    // What it takes grows with the square of their number.
    fewer: 20_000,
  },
]

/** A row of figures of one, beside p-limit's figure, of which ours may take so much. */
export function besidePLimit(
  { name, peer }: JobLimiter,
  figures: readonly string[],
  ratio: number,
  target: number,
): string[] {
  const label = peer === undefined ? `**${name}**` : `${peer} ${versionOf(peer)}: ${name}`
  return [label, ...figures, ratio.toFixed(2), peer === undefined ? verdict(ratio, target) : '']
}

/** How many, set in groups of three. */
export const many = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ')
