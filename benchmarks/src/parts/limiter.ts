import { createLimiter } from '@holdfast/limiter'
import * as cockatiel from 'cockatiel'
import pLimit from 'p-limit'
import PQueue from 'p-queue'
import type { Part } from '../part.ts'
import { bareAwait, work } from './bare-await.ts'

const ours = createLimiter()
const bulkhead = cockatiel.bulkhead(5, 20)
const limit = pLimit(5)
const queue = new PQueue({ concurrency: 5 })

export const limiterPart: Part = {
  comparisons: [
    {
      title: 'A call that succeeds, through a limiter with room',
      floor: bareAwait,
      ours: [{ name: 'createLimiter', call: () => ours(work) }],
      peers: [
        { name: 'bulkhead policy', peer: 'cockatiel', call: () => bulkhead.execute(work) },
        { name: 'pLimit', peer: 'p-limit', call: () => limit(work) },
        { name: 'PQueue', peer: 'p-queue', call: () => queue.add(work) },
      ],
    },
  ],
}
