import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { createLimiter } from '@holdfast/limiter'
import { pipeline } from '@holdfast/pipeline'
import { createRetry } from '@holdfast/retry'
import type { Comparison } from './compare.ts'

const work = async () => 42
const limiter = createLimiter()
const breaker = createCircuitBreaker()
const retry = createRetry()
const all = pipeline(limiter, breaker, retry)

/** The way of a call that succeeds at once. */
export const primitives: Comparison = {
  title: 'A call that succeeds',
  callsPerRound: 50_000,
  subjects: [
    { name: 'bare await', call: work },
    { name: 'retry', call: () => retry(work) },
    { name: 'circuit-breaker', call: () => breaker(work) },
    { name: 'limiter', call: () => limiter(work) },
    { name: 'pipeline of the three', call: () => all(work) },
  ],
}
