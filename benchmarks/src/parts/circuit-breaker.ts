import { CircuitOpenError, createCircuitBreaker, failureRate } from '@holdfast/circuit-breaker'
import Brakes from 'brakes'
import * as cockatiel from 'cockatiel'
import * as mollitia from 'mollitia'
import Opossum from 'opossum'
import type { Subject } from '../compare.ts'
import type { Part } from '../part.ts'
import { bareAwait, work } from './bare-await.ts'
import { circuitBreakerMemory, stopBrakes } from './circuit-breaker-memory.ts'

const counting = createCircuitBreaker()
const rating = createCircuitBreaker({ openWhen: failureRate({ ratio: 0.5, windowMs: 60_000 }) })
const consecutive = cockatiel.circuitBreaker(cockatiel.handleAll, {
  halfOpenAfter: 30_000,
  breaker: new cockatiel.ConsecutiveBreaker(5),
})
const sampling = cockatiel.circuitBreaker(cockatiel.handleAll, {
  halfOpenAfter: 30_000,
  breaker: new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 60_000 }),
})
// Its timeout is off, because this compares only breakers.
const opossum = new Opossum(work, { timeout: false, resetTimeout: 30_000 })
const counts = new mollitia.SlidingCountBreaker()
const mollitiaByCount = new mollitia.Circuit({ func: work, options: { modules: [counts] } })
const times = new mollitia.SlidingTimeBreaker({ slidingWindowSize: 60_000 })
const mollitiaByTime = new mollitia.Circuit({ func: work, options: { modules: [times] } })
// Its timeout cannot be turned off. Its statistics are off, because they overflow the stack at this number of calls.
const withoutStatistics = { isPromise: true, registerGlobal: false, statInterval: 3_600_000 }
const brakes = new Brakes(work, withoutStatistics)

const open = createCircuitBreaker()
open.open()
const openOfCockatiel = cockatiel.circuitBreaker(cockatiel.handleAll, {
  halfOpenAfter: 3_600_000,
  breaker: new cockatiel.ConsecutiveBreaker(1),
})
await openOfCockatiel.execute(() => Promise.reject(new Error('down'))).catch(() => {})
const openOpossum = new Opossum(work, { timeout: false, resetTimeout: 3_600_000 })
openOpossum.open()
// Created in the open state. Opening it later would set two timers and clear one.
const openForAnHour = new mollitia.SlidingCountBreaker({
  state: mollitia.BreakerState.OPENED,
  openStateDelay: 3_600_000,
})
openForAnHour.stateTimestamp = Date.now()
const openOfMollitia = new mollitia.Circuit({ func: work, options: { modules: [openForAnHour] } })
const openBrakes = new Brakes(work, { ...withoutStatistics, circuitDuration: 3_600_000 })
openBrakes._open()

/** A call that the open circuit rejects, and a caller that handles the rejection. */
const rejected = (name: string, call: () => Promise<unknown>, peer?: string): Subject => ({
  name,
  ...(peer && { peer }),
  call: () => call().then(expectNoResult, () => undefined),
})
function expectNoResult(): never {
  throw new Error('the open circuit ran a call')
}

const createError = (): Error =>
  new CircuitOpenError('circuit-breaker', { state: 'open', since: 0, retryAfterMs: 30_000 })
function withoutTrace(create: () => Error): Error {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const error = create()
  Error.stackTraceLimit = stackTraceLimit
  return error
}

export const circuitBreakerPart: Part = {
  comparisons: [
    {
      title: 'A call that succeeds, through a closed circuit',
      target: 0.75,
      baseline: bareAwait,
      ours: [
        { name: 'failureCount', call: () => counting(work) },
        { name: 'failureRate over 60 s', call: () => rating(work) },
      ],
      peers: [
        { name: 'ConsecutiveBreaker', peer: 'cockatiel', call: () => consecutive.execute(work) },
        {
          name: 'SamplingBreaker over 60 s',
          peer: 'cockatiel',
          call: () => sampling.execute(work),
        },
        { name: 'CircuitBreaker', peer: 'opossum', call: () => opossum.fire() },
        {
          name: 'SlidingCountBreaker',
          peer: 'mollitia',
          call: () => mollitiaByCount.execute(),
        },
        {
          name: 'SlidingTimeBreaker over 60 s',
          peer: 'mollitia',
          call: () => mollitiaByTime.execute(),
        },
        { name: 'Brakes, with a timeout', peer: 'brakes', call: () => brakes.exec() },
      ],
    },
    {
      title: 'A call that an open circuit rejects',
      target: 0.5,
      baseline: rejected('rejected promise only', () => Promise.reject(undefined)),
      ours: [rejected('open', () => open(work))],
      peers: [
        rejected('open', () => openOfCockatiel.execute(work), 'cockatiel'),
        rejected('open', () => openOpossum.fire(), 'opossum'),
        rejected('open', () => openOfMollitia.execute(), 'mollitia'),
        rejected('open', () => openBrakes.exec(), 'brakes'),
      ],
    },
    {
      // No target: these are the figures behind docs/decisions/0005.
      title: 'Creating the error of a rejected call',
      baseline: rejected('rejected promise only', () => Promise.reject(undefined)),
      ours: [
        rejected('with a stack trace', () => Promise.reject(createError())),
        rejected('without', () => Promise.reject(withoutTrace(createError))),
      ],
    },
  ],
  tables: [circuitBreakerMemory],
  // Timers of the peers would keep the process alive or disturb the following parts.
  async close() {
    for (const breaker of [opossum, openOpossum]) breaker.shutdown()
    for (const breaker of [brakes, openBrakes]) stopBrakes(breaker)
    openOfMollitia.dispose()
  },
}
