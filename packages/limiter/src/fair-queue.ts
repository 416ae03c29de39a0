import { checkFunctions, checkNumber } from '@holdfast/internal'
import { Heap, type HeapEntry } from './heap.ts'
import {
  firstThatFits,
  type Place,
  type Queue,
  type QueueDiscipline,
  type Waiter,
} from './queue-discipline.ts'
import { WaitingLine } from './waiting-line.ts'

/** Options of {@link fairQueue}. */
export interface FairQueueOptions {
  /** How many slots a key gets for each one of a key whose share is 1. A number above 0. Default: 1 for all. */
  readonly share?: ((key: string) => number) | undefined
  /** How much of the limit one key may take. Default: all. */
  readonly maxConcurrentPerKey?: number | undefined
  /** How many calls of one key may wait. Default: as many as may wait at all. */
  readonly maxQueuePerKey?: number | undefined
  /**
   * How long a call must wait to rank with a new one whose priority is higher by 1, in milliseconds. So none starves.
   * Default 10 000.
   */
  readonly ageingMs?: number | undefined
}

/**
 * Takes turns among the keys that wait, in proportion to their shares; within a key takes the higher priority first,
 * and of equal priority the first that came.
 *
 * What two keys that wait all the time have started, each divided by its share, differs by no more than the largest
 * cost of a call of either divided by its share, the two added: start-time fair queueing (Goyal, Vin, Cheng, 1997).
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function fairQueue(options: FairQueueOptions = {}): QueueDiscipline {
  const { maxConcurrentPerKey = Infinity, maxQueuePerKey = Infinity, ageingMs = 10_000 } = options
  checkFunctions(options, 'share')
  checkNumber('maxConcurrentPerKey', maxConcurrentPerKey, { min: 1, integer: true })
  checkNumber('maxQueuePerKey', maxQueuePerKey, { min: 0, integer: true })
  checkNumber('ageingMs', ageingMs, { min: 1 })
  const shareOf = (key: string) =>
    checkNumber('share(key)', options.share?.(key) ?? 1, { min: Number.MIN_VALUE })
  return {
    maxCost: maxConcurrentPerKey,
    createQueue: () => createFairQueue(shareOf, maxConcurrentPerKey, maxQueuePerKey, ageingMs),
  }
}

/** The calls of one key: those that wait, a line for each priority, and what it has started. */
interface KeyQueue extends HeapEntry {
  readonly share: number
  readonly lines: Map<number, WaitingLine<Place>>
  waiting: number
  active: number
  /** What it has started, divided by its share: the key that has had least is next. */
  had: number
  /** Of keys that have had as much, the one that has waited for its turn for longer is next. */
  turn: number
}

function createFairQueue(
  shareOf: (key: string) => number,
  maxConcurrentPerKey: number,
  maxQueuePerKey: number,
  ageingMs: number,
): Queue {
  const keys = new Map<string, KeyQueue>()
  // Those that have somebody to start.
  const ready = new Heap<KeyQueue>((a, b) => a.had < b.had || (a.had === b.had && a.turn < b.turn))
  // What the key whose turn it was last had had: one that comes anew begins there, not where it left off long ago.
  let floor = 0
  let turns = 0

  function keyQueue(key: string): KeyQueue {
    let queue = keys.get(key)
    if (queue === undefined) {
      const share = shareOf(key)
      queue = {
        share,
        lines: new Map(),
        waiting: 0,
        active: 0,
        had: floor,
        turn: turns++,
        place: -1,
      }
      keys.set(key, queue)
    }
    return queue
  }

  /** Puts a key where it now belongs: among the ready, aside, or nowhere. */
  function settle(key: string, queue: KeyQueue): void {
    if (queue.place >= 0) ready.remove(queue)
    if (queue.waiting > 0 && queue.active < maxConcurrentPerKey) ready.add(queue)
    if (queue.waiting === 0 && queue.active === 0) keys.delete(key)
  }

  /** Those of a key in their order. A priority is a head start of so many times `ageingMs`. */
  function* inOrder({ lines }: KeyQueue): Generator<Waiter> {
    const heads = Array.from(lines.values(), ({ head }) => head)
    while (true) {
      let first = -1
      for (const [at, place] of heads.entries()) {
        const best = heads[first]
        if (place && (!best || rank(place.waiter) < rank(best.waiter))) first = at
      }
      const place = heads[first]
      if (place === undefined) return
      yield place.waiter
      heads[first] = place.next
    }
  }

  const rank = ({ since, terms }: Waiter) => since - terms.priority * ageingMs

  function* candidates(): Generator<Waiter> {
    const seen: KeyQueue[] = []
    try {
      for (let queue = ready.first; queue; queue = ready.first) {
        ready.remove(queue)
        seen.push(queue)
        yield* inOrder(queue)
      }
    } finally {
      for (const queue of seen) ready.add(queue)
    }
  }

  return {
    next: (fits) =>
      firstThatFits(
        candidates(),
        (waiter) =>
          keyQueue(waiter.terms.key).active + waiter.terms.cost <= maxConcurrentPerKey &&
          fits(waiter),
      ),
    isOverfull: (key) => keyQueue(key).waiting > maxQueuePerKey,
    join(waiter) {
      const { key, priority } = waiter.terms
      const queue = keyQueue(key)
      let line = queue.lines.get(priority)
      if (line === undefined) {
        line = new WaitingLine()
        queue.lines.set(priority, line)
      }
      const place = { waiter, previous: undefined, next: undefined }
      line.join(place)
      waiter.terms.place = place
      if (queue.waiting++ === 0) queue.had = Math.max(queue.had, floor)
      settle(key, queue)
    },
    leave({ terms: { key, priority, place } }) {
      const queue = keyQueue(key)
      const line = queue.lines.get(priority)
      if (line === undefined || place === undefined) return
      line.leave(place)
      if (line.length === 0) queue.lines.delete(priority)
      queue.waiting--
      settle(key, queue)
    },
    start({ key, cost }) {
      const queue = keyQueue(key)
      floor = queue.had
      queue.had += cost / queue.share
      queue.turn = turns++
      queue.active += cost
      settle(key, queue)
    },
    end({ key, cost }) {
      const queue = keyQueue(key)
      queue.active -= cost
      settle(key, queue)
    },
  }
}
