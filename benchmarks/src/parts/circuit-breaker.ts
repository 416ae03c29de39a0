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
// Its own timeout is off: this compares breakers.
const opossum = new Opossum(work, { timeout: false, resetTimeout: 30_000 })
const counts = new mollitia.SlidingCountBreaker()
const mollitiaByCount = new mollitia.Circuit({ func: work, options: { modules: [counts] } })
const times = new mollitia.SlidingTimeBreaker({ slidingWindowSize: 60_000 })
const mollitiaByTime = new mollitia.Circuit({ func: work, options: { modules: [times] } })
// Its timeout cannot be turned off. Its statistics are: as many calls as are made here overflow the stack in them.
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
// Made open: opened by hand, it would set two timers and clear one.
const openForAnHour = new mollitia.SlidingCountBreaker({
  state: mollitia.BreakerState.OPENED,
  openStateDelay: 3_600_000,
})
openForAnHour.stateTimestamp = Date.now()
const openOfMollitia = new mollitia.Circuit({ func: work, options: { modules: [openForAnHour] } })
const openBrakes = new Brakes(work, { ...withoutStatistics, circuitDuration: 3_600_000 })
openBrakes._open()

/** A call that is turned away, and its caller who takes note. */
const rejected = (name: string, call: () => Promise<unknown>, peer?: string): Subject => ({
  name,
  ...(peer && { peer }),
  call: () => call().then(expectNoResult, () => undefined),
})
function expectNoResult(): never {
  throw new Error('the circuit let a call through')
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
      floor: bareAwait,
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
      title: 'A call that an open circuit turns away',
      target: 0.5,
      floor: rejected('bare rejection', () => Promise.reject(undefined)),
      ours: [rejected('open', () => open(work))],
      peers: [
        rejected('open', () => openOfCockatiel.execute(work), 'cockatiel'),
        rejected('open', () => openOpossum.fire(), 'opossum'),
        rejected('open', () => openOfMollitia.execute(), 'mollitia'),
        rejected('open', () => openBrakes.exec(), 'brakes'),
      ],
    },
    {
      // Without a target: it tells what docs/decisions/0005 is about.
      title: 'The error of a call that is turned away, alone',
      floor: rejected('bare rejection', () => Promise.reject(undefined)),
      ours: [
        rejected('with a stack trace', () => Promise.reject(createError())),
        rejected('without', () => Promise.reject(withoutTrace(createError))),
      ],
    },
  ],
  tables: [circuitBreakerMemory],
  // What counts by timers would keep the process alive, or disturb the parts that follow.
  async close() {
    for (const breaker of [opossum, openOpossum]) breaker.shutdown()
    for (const breaker of [brakes, openBrakes]) stopBrakes(breaker)
    openOfMollitia.dispose()
  },
}
