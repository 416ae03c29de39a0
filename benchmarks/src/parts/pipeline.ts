import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { createLimiter } from '@holdfast/limiter'
import { fallback, pipeline, timeout } from '@holdfast/pipeline'
import { createRetry } from '@holdfast/retry'
import * as cockatiel from 'cockatiel'
import pTimeout from 'p-timeout'
import type { Comparison } from '../compare.ts'
import type { Part } from '../part.ts'
import { bareAwait, work } from './bare-await.ts'

const MS = 10_000

const ourTimeout = timeout({ ms: MS })
const ourTwo = pipeline(createRetry(), ourTimeout)
const ourFour = pipeline(createLimiter(), createCircuitBreaker(), createRetry(), ourTimeout)
const ourFallback = fallback(['first', 'second'])

const { handleAll } = cockatiel
// `Aggressive` rejects on time even if the operation continues, as Holdfast does.
const itsTimeout = cockatiel.timeout(MS, cockatiel.TimeoutStrategy.Aggressive)
const itsRetry = cockatiel.retry(handleAll, {
  maxAttempts: 3,
  backoff: new cockatiel.ExponentialBackoff({ initialDelay: 1_000 }),
})
const itsBreaker = cockatiel.circuitBreaker(handleAll, {
  halfOpenAfter: 30_000,
  breaker: new cockatiel.ConsecutiveBreaker(5),
})
const itsTwo = cockatiel.wrap(itsRetry, itsTimeout)
const itsFour = cockatiel.wrap(cockatiel.bulkhead(5, 20), itsBreaker, itsRetry, itsTimeout)
const itsFallback = cockatiel.fallback(handleAll, () => work())

const common = { baseline: bareAwait, target: 0.75 } satisfies Partial<Comparison>

export const pipelinePart: Part = {
  comparisons: [
    {
      ...common,
      title: 'Two policies: retry, timeout',
      ours: [{ name: 'pipeline of two', call: () => ourTwo(work) }],
      peers: [{ name: 'wrap of two', peer: 'cockatiel', call: () => itsTwo.execute(work) }],
    },
    {
      ...common,
      title: 'Four policies: limiter, circuit breaker, retry, timeout',
      ours: [{ name: 'pipeline of four', call: () => ourFour(work) }],
      peers: [{ name: 'wrap of four', peer: 'cockatiel', call: () => itsFour.execute(work) }],
    },
    {
      ...common,
      title: 'A timeout that is not reached',
      ours: [{ name: 'timeout', call: () => ourTimeout(work) }],
      peers: [
        {
          name: 'pTimeout, without a signal',
          peer: 'p-timeout',
          call: () => pTimeout(work(), { milliseconds: MS }),
        },
        { name: 'timeout policy', peer: 'cockatiel', call: () => itsTimeout.execute(work) },
      ],
    },
    {
      ...common,
      title: 'A fallback that is not needed',
      ours: [{ name: 'fallback', call: () => ourFallback(work) }],
      peers: [
        { name: 'fallback policy', peer: 'cockatiel', call: () => itsFallback.execute(work) },
      ],
    },
  ],
}
