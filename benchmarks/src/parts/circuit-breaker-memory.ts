import { createCircuitBreaker, createCircuitBreakers, failureRate } from '@holdfast/circuit-breaker'
import Brakes from 'brakes'
import * as cockatiel from 'cockatiel'
import * as mollitia from 'mollitia'
import Opossum from 'opossum'
import { heapInUse } from '../heap.ts'
import { versionOf } from '../machine.ts'
import { table } from '../table.ts'

type Work = () => Promise<unknown>

/** A breaker to weigh, of type `B`. */
interface Kind<B> {
  readonly name: string
  readonly peer?: string
  make(): B
  call(breaker: B, work: Work): Promise<unknown>
  /** Before each call, for a clock that is ours to move. */
  tick?(): void
  /** What keeps breakers by their keys. A map of them, for a peer. */
  keyed?(maxKeys: number): { for(key: string): B }
  /** Lets go of what would keep it alive. */
  drop?(breaker: B): void
  /** How many keys, when 100 000 take too long or too much. */
  readonly keys?: number
}

const ALONE = 10_000
const IN_USE = 2_000
const CALLS = 100
const KEYS = 100_000

const down = new Error('down')
const succeed = async (): Promise<void> => {}
const fail = (): Promise<never> => Promise.reject(down)
/** For those that are given their work when they are made: one function for all of a kind. */
const run = (work: Work): Promise<unknown> => work()

// Passes by as many slots of a window of 60 s as it has, in as many calls as are made.
let now = 0
const clock = {
  now: () => now,
  setTimeout: () => undefined,
  clearTimeout: () => undefined,
}

const halfOpenAfter = 30_000
const { handleAll } = cockatiel

/** What breakers weigh that have seen no call, or some, or are kept by key. */
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
      // Two timers each, which go through sixty buckets.
      keys: 10_000,
    }),
  ]
  const heads = ['', 'idle', `after ${CALLS} calls`, 'by key', 'keys', 'MB']
  return `### Bytes a circuit breaker\n\n${table(heads, rows)}`
}

function mollitiaCircuit(breaker: mollitia.SlidingWindowBreaker): mollitia.Circuit {
  return new mollitia.Circuit({ func: run, options: { modules: [breaker] } })
}

function dropMollitia(circuit: mollitia.Circuit): void {
  circuit.dispose()
  // It keeps lists of all there ever were.
  mollitia.circuits.length = 0
  mollitia.modules.length = 0
}

export function stopBrakes({ _stats }: Brakes): void {
  _stats._stopBucketSpinning()
  _stats.stopSnapshots()
}

async function row<B>(kind: Kind<B>): Promise<string[]> {
  const { name, peer, keys = KEYS } = kind
  // What is compiled on the way is no breaker's.
  await weigh(kind, 1, CALLS)
  const idle = await weigh(kind, ALONE, 0)
  const inUse = await weigh(kind, IN_USE, CALLS)
  const byKey = weighByKey(kind, keys)
  return [
    peer === undefined ? `**${name}**` : `${peer} ${versionOf(peer)}: ${name}`,
    ...[idle, inUse, byKey].map((bytes) => bytes.toFixed(0)),
    String(keys),
    ((byKey * keys) / 1e6).toFixed(0),
  ]
}

/** Bytes a breaker, of so many that so many calls went through each. */
async function weigh<B>(kind: Kind<B>, count: number, calls: number): Promise<number> {
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

function weighByKey<B>(kind: Kind<B>, count: number): number {
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
