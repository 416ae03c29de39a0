import { createCircuitBreaker, createCircuitBreakers, failureRate } from '@holdfast/circuit-breaker'
import Brakes from 'brakes'
import * as cockatiel from 'cockatiel'
import * as mollitia from 'mollitia'
import Opossum from 'opossum'
import { heapInUse } from '../heap.ts'
import { versionOf } from '../machine.ts'
import { table } from '../table.ts'

type Work = () => Promise<unknown>

/** A kind of circuit breaker to measure, of type `B`. */
interface Kind<B> {
  readonly name: string
  readonly peer?: string
  make(): B
  call(breaker: B, work: Work): Promise<unknown>
  /** Runs before each call, for breakers with a clock that the benchmark controls. */
  tick?(): void
  /** Creates the collection that keeps breakers by key. Default: a `Map`. */
  keyed?(maxKeys: number): { for(key: string): B }
  /** Removes the references and timers that keep a breaker alive. */
  drop?(breaker: B): void
  /** The number of keys, if 100 000 take too much time or memory. */
  readonly keys?: number
}

const ALONE = 10_000
const IN_USE = 2_000
const CALLS = 100
const KEYS = 100_000

const down = new Error('down')
const succeed = async (): Promise<void> => {}
const fail = (): Promise<never> => Promise.reject(down)
/** The operation for breakers that receive it at creation: one function for all breakers of a kind. */
const run = (work: Work): Promise<unknown> => work()

// Advances over the whole window of 60 s in the course of the calls.
let now = 0
const clock = {
  now: () => now,
  setTimeout: () => undefined,
  clearTimeout: () => undefined,
}

const halfOpenAfter = 30_000
const { handleAll } = cockatiel

/** Measures the memory of idle breakers, of breakers after some calls, and of breakers kept by key. */
export async function circuitBreakerMemory(): Promise<string> {
  const rows = [
    await row({
      name: 'failureCount',
      make: () => createCircuitBreaker(),
      call: (breaker, work) => breaker(work),
      keyed: (maxKeys) => createCircuitBreakers({ maxKeys }),
    }),
    await row({
      name: 'failureRate over 60 s',
      make: () => createCircuitBreaker({ openWhen: failureRate(), clock }),
      call: (breaker, work) => breaker(work),
      tick: () => {
        now += 60_000 / CALLS
      },
      keyed: (maxKeys) => createCircuitBreakers({ maxKeys, openWhen: failureRate(), clock }),
    }),
    await row({
      name: 'ConsecutiveBreaker',
      peer: 'cockatiel',
      make() {
        const breaker = new cockatiel.ConsecutiveBreaker(5)
        return cockatiel.circuitBreaker(handleAll, { halfOpenAfter, breaker })
      },
      call: (breaker, work) => breaker.execute(work),
    }),
    await row({
      name: 'SamplingBreaker over 60 s',
      peer: 'cockatiel',
      make() {
        const breaker = new cockatiel.SamplingBreaker({ threshold: 0.5, duration: 60_000 })
        return cockatiel.circuitBreaker(handleAll, { halfOpenAfter, breaker })
      },
      call: (breaker, work) => breaker.execute(work),
    }),
    await row({
      name: 'CircuitBreaker',
      peer: 'opossum',
      make: () => new Opossum(run, { timeout: false, resetTimeout: 30_000 }),
      call: (breaker, work) => breaker.fire(work),
      drop: (breaker) => breaker.shutdown(),
    }),
    await row({
      name: 'SlidingCountBreaker',
      peer: 'mollitia',
      make: () => mollitiaCircuit(new mollitia.SlidingCountBreaker()),
      call: (circuit, work) => circuit.execute(work),
      drop: dropMollitia,
    }),
    await row({
      name: 'SlidingTimeBreaker over 60 s',
      peer: 'mollitia',
      make: () => mollitiaCircuit(new mollitia.SlidingTimeBreaker({ slidingWindowSize: 60_000 })),
      call: (circuit, work) => circuit.execute(work),
      drop: dropMollitia,
    }),
    await row({
      name: 'Brakes',
      peer: 'brakes',
      make: () => new Brakes(run, { isPromise: true, registerGlobal: false }),
      call: (breaker, work) => breaker.exec(work),
      drop: stopBrakes,
      // Each has two timers, which iterate over sixty buckets.
      keys: 10_000,
    }),
  ]
  const heads = ['', 'idle', `after ${CALLS} calls`, 'by key', 'keys', 'MB']
  return `### Bytes per circuit breaker\n\n${table(heads, rows)}`
}

function mollitiaCircuit(breaker: mollitia.SlidingWindowBreaker): mollitia.Circuit {
  return new mollitia.Circuit({ func: run, options: { modules: [breaker] } })
}

function dropMollitia(circuit: mollitia.Circuit): void {
  circuit.dispose()
  // mollitia keeps lists of all circuits that were ever created.
  mollitia.circuits.length = 0
  mollitia.modules.length = 0
}

export function stopBrakes({ _stats }: Brakes): void {
  _stats._stopBucketSpinning()
  _stats.stopSnapshots()
}

async function row<B>(kind: Kind<B>): Promise<string[]> {
  const { name, peer, keys = KEYS } = kind
  // A first run compiles the code, which must not count as memory of a breaker.
  await bytesOf(kind, 1, CALLS)
  const idle = await bytesOf(kind, ALONE, 0)
  const inUse = await bytesOf(kind, IN_USE, CALLS)
  const byKey = bytesByKey(kind, keys)
  return [
    peer === undefined ? `**${name}**` : `${peer} ${versionOf(peer)}: ${name}`,
    ...[idle, inUse, byKey].map((bytes) => bytes.toFixed(0)),
    String(keys),
    ((byKey * keys) / 1e6).toFixed(0),
  ]
}

/** The bytes per breaker, over `count` breakers with `calls` calls each. */
async function bytesOf<B>(kind: Kind<B>, count: number, calls: number): Promise<number> {
  const before = heapInUse()
  const breakers = Array.from({ length: count }, () => kind.make())
  for (const breaker of breakers) {
    for (let call = 1; call <= calls; call++) {
      kind.tick?.()
      const work = call % (calls / 4) === 0 ? fail : succeed
      await kind.call(breaker, work).catch(() => {})
    }
  }
  const after = heapInUse()
  for (const breaker of breakers) kind.drop?.(breaker)
  return (after - before) / count
}

function bytesByKey<B>(kind: Kind<B>, count: number): number {
  const keys = Array.from({ length: count }, (_, index) => `key-${index}`)
  const before = heapInUse()
  const { for: find } = kind.keyed?.(count) ?? mapOf(kind)
  for (const key of keys) find(key)
  const after = heapInUse()
  for (const key of keys) kind.drop?.(find(key))
  return (after - before) / count
}

function mapOf<B>({ make }: Kind<B>): { for(key: string): B } {
  const breakers = new Map<string, B>()
  return {
    for(key) {
      const breaker = breakers.get(key) ?? make()
      breakers.set(key, breaker)
      return breaker
    },
  }
}
