import { createLimiter } from '@holdfast/limiter'
import Bottleneck from 'bottleneck'
import * as cockatiel from 'cockatiel'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import type { Part } from '../part.ts'
import { bareAwait, work } from './bare-await.ts'
import { limiterContention, limiterGrowth } from './limiter-contention.ts'
import { limiterMemory } from './limiter-memory.ts'

const ours = createLimiter()
const bulkhead = cockatiel.bulkhead(5, 20)
const limit = pLimit(5)
const queue = new PQueue({ concurrency: 5 })
const bottleneck = new Bottleneck({ maxConcurrent: 5 })

export const limiterPart: Part = {
  comparisons: [
    {
      title: 'A call that succeeds, through a limiter with room',
      target: 0.8,
      baseline: bareAwait,
      ours: [{ name: 'createLimiter', call: () => ours(work) }],
      peers: [
        { name: 'bulkhead policy', peer: 'cockatiel', call: () => bulkhead.execute(work) },
        { name: 'pLimit', peer: 'p-limit', call: () => limit(work) },
        { name: 'PQueue', peer: 'p-queue', call: () => queue.add(work) },
        { name: 'Bottleneck', peer: 'bottleneck', call: () => bottleneck.schedule(work) },
      ],
    },
  ],
  tables: [limiterContention, limiterMemory, limiterGrowth],
}
