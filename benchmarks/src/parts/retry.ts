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
// These take their options with every call; the object is made once. The figures are our defaults.
const options = { retries: 3, minTimeout: 1_000, factor: 2, randomize: true }
const backOffOptions = {
  numOfAttempts: 4,
  startingDelay: 1_000,
  timeMultiple: 2,
  jitter: 'full',
} as const

const oneShotPeers: readonly Subject[] = [
  { name: 'pRetry', peer: 'p-retry', call: () => pRetry(work, options) },
  { name: 'retry', peer: 'async-retry', call: () => asyncRetry(work, options) },
  { name: 'backOff', peer: 'exponential-backoff', call: () => backOff(work, backOffOptions) },
]

export const retryPart: Part = {
  comparisons: [
    {
      title: 'A call that succeeds at once',
      target: 0.75,
      floor: bareAwait,
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
      title: 'A call that succeeds at once, its options given with it',
      target: 0.75,
      floor: bareAwait,
      ours: [{ name: 'retry(operation, options)', call: () => retry(work, { retries: 3 }) }],
      peers: oneShotPeers,
    },
  ],
  checks: [retryMemory],
}
