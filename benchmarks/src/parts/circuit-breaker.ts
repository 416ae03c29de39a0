import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import * as cockatiel from 'cockatiel'
import Opossum from 'opossum'
import type { Part } from '../part.ts'
import { bareAwait, work } from './bare-await.ts'

const ours = createCircuitBreaker()
const ofCockatiel = cockatiel.circuitBreaker(cockatiel.handleAll, {
  halfOpenAfter: 30_000,
  breaker: new cockatiel.ConsecutiveBreaker(5),
})
// Its own timeout is off: this compares breakers.
const opossum = new Opossum(work, { timeout: false, resetTimeout: 30_000 })

export const circuitBreakerPart: Part = {
  comparisons: [
    {
      title: 'A call that succeeds, through a closed circuit',
      floor: bareAwait,
      ours: [{ name: 'createCircuitBreaker', call: () => ours(work) }],
      peers: [
        {
          name: 'circuit breaker policy',
          peer: 'cockatiel',
          call: () => ofCockatiel.execute(work),
        },
        { name: 'fire', peer: 'opossum', call: () => opossum.fire() },
      ],
    },
  ],
  // It counts its windows by a timer that would keep the process alive.
  close: async () => opossum.shutdown(),
}
