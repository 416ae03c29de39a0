import { createRetry, retry } from '@holdfast/retry'
import asyncRetry from 'async-retry'
import * as cockatiel from 'cockatiel'
import { backOff } from 'exponential-backoff'
import pRetry from 'p-retry'
import type { Subject } from '../compare.ts'
import type { Part } from '../part.ts'
import { bareAwait, work } from './bare-await.ts'
import { retryMemory } from './retry-memory.ts'

const ours = createRetry()
const ofCockatiel = cockatiel.retry(cockatiel.handleAll, {
  maxAttempts: 3,
  backoff: new cockatiel.ExponentialBackoff({ initialDelay: 1_000 }),
})
const { signal } = new AbortController()

// These libraries take their options with every call, and are faster with a new object each time. The figures are our
// defaults.
const oneShotPeers: readonly Subject[] = [
  {
    name: 'pRetry',
    peer: 'p-retry',
    call: () => pRetry(work, { retries: 3, minTimeout: 1_000, factor: 2, randomize: true }),
  },
  {
    name: 'retry',
    peer: 'async-retry',
    call: () => asyncRetry(work, { retries: 3, minTimeout: 1_000, factor: 2, randomize: true }),
  },
  {
    name: 'backOff',
    peer: 'exponential-backoff',
    call: () =>
      backOff(work, { numOfAttempts: 4, startingDelay: 1_000, timeMultiple: 2, jitter: 'full' }),
  },
]

export const retryPart: Part = {
  comparisons: [
    {
      title: 'A call that succeeds immediately',
      target: 0.75,
      baseline: bareAwait,
      ours: [
        { name: 'createRetry()', call: () => ours(work) },
        { name: 'retry(operation)', call: () => retry(work) },
      ],
      peers: [
        { name: 'retry policy', peer: 'cockatiel', call: () => ofCockatiel.execute(work) },
        ...oneShotPeers,
      ],
    },
    {
      title: 'A call that succeeds immediately, with options per call',
      target: 0.75,
      baseline: bareAwait,
      ours: [{ name: 'retry(operation, options)', call: () => retry(work, { retries: 3 }) }],
      peers: oneShotPeers,
    },
    {
      // The peers check the signal only between attempts, whereas Holdfast also ends a running attempt.
      title: 'A call that succeeds immediately, with a shared abort signal',
      target: 1,
      baseline: bareAwait,
      ours: [{ name: 'createRetry()', call: () => ours(work, { signal }) }],
      peers: [
        { name: 'retry policy', peer: 'cockatiel', call: () => ofCockatiel.execute(work, signal) },
        {
          name: 'pRetry',
          peer: 'p-retry',
          call: () =>
            pRetry(work, { retries: 3, minTimeout: 1_000, factor: 2, randomize: true, signal }),
        },
      ],
    },
  ],
  checks: [retryMemory],
}
