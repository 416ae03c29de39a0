import { checkNumber, checkOptions, guardCallback, type OptionRules } from '@holdfast/internal'
import { ownDisciplines } from './guard-queue.ts'
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

const AMOUNT = { min: Number.MIN_VALUE, max: Number.MAX_VALUE }
const RULES: OptionRules<FairQueueOptions> = {
  share: 'function',
  maxConcurrentPerKey: { min: 1, integer: true },
  maxQueuePerKey: { min: 0, integer: true },
  ageingMs: { min: 1 },
}
const ignoreFault = () => {}

/**
 * Takes turns among the keys that wait, in proportion to their shares; within a key takes the higher priority first,
 * and of equal priority the first that came.
 *
 * What two keys that wait all the time have started, each divided by its share, differs by no more than the largest
 * cost of a call of either divided by its share, the two added: start-time fair queueing (Goyal, Vin, Cheng, 1997).
 * That is while each call fits when its turn comes; one that must wait for room or for the rates lets others go
 * before it, 16 at most.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function fairQueue(options: FairQueueOptions = {}): QueueDiscipline {
  checkOptions('fairQueue', options, RULES)
  const { maxConcurrentPerKey = Infinity, maxQueuePerKey = Infinity, ageingMs = 10_000 } = options
  const { share } = options
  const checked = share && ((key: string) => checkNumber('share(key)', share(key) ?? 1, AMOUNT))
  // A share that fails, or is no number above 0, counts as absent. A queue has no observer to report it to.
  const shareOf = guardCallback('share', checked, () => 1, ignoreFault)
  const discipline: QueueDiscipline = {
    maxCost: maxConcurrentPerKey,
    createQueue: () => createFairQueue(shareOf, maxConcurrentPerKey, maxQueuePerKey, ageingMs),
  }
  ownDisciplines.add(discipline)
  return discipline
}

/** The calls of one key: those that wait, a line for each priority, and what it has started. */
interface KeyQueue extends HeapEntry {
  readonly key: string
  readonly share: number
  readonly lines: Map<number, WaitingLine<Place>>
  waiting: number
  active: number
  /** What it has started, divided by its share: the key that has had least is next. */
  had: number
  /** Of keys that have had as much, the one that has waited for its turn for longer is next. */
  turn: number
  heap: Heap<KeyQueue> | undefined
}

function createFairQueue(
  shareOf: (key: string) => number,
  maxConcurrentPerKey: number,
  maxQueuePerKey: number,
  ageingMs: number,
): Queue {
  const keys = new Map<string, KeyQueue>()
  const isBefore = (a: KeyQueue, b: KeyQueue) =>
    a.had < b.had || (a.had === b.had && a.turn < b.turn)
  // Those that have somebody to start.
  const ready = new Heap(isBefore)
  // Those that have nobody, and have had more than others yet: one who always comes back owes it still.
  const resting = new Heap(isBefore)
  // What a key whose turn it was had had, at most: one that comes anew begins there, not where it left off long ago.
  let floor = 0
  let turns = 0

  function keyQueue(key: string): KeyQueue {
    let queue = keys.get(key)
    if (queue === undefined) {
      const share = shareOf(key)
      queue = {
        key,
        share,
        lines: new Map(),
        waiting: 0,
        active: 0,
        had: floor,
        turn: turns++,
        place: -1,
        heap: undefined,
      }
      keys.set(key, queue)
    }
    return queue
  }

  /** Puts a key where it now belongs: among the ready, to rest, or aside. */
  function settle(queue: KeyQueue): void {
    queue.heap?.remove(queue)
    queue.heap = undefined
    if (queue.waiting > 0 && queue.active < maxConcurrentPerKey) queue.heap = ready
    if (queue.waiting === 0 && queue.active === 0) queue.heap = resting
    queue.heap?.add(queue)
    // What a key has had is forgotten when the others have had as much, or when nobody is ready to have anything.
    for (let first = resting.first; first; first = resting.first) {
      if (ready.first && first.had > floor) return
      resting.remove(first)
      keys.delete(first.key)
    }
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
        for (const waiter of inOrder(queue)) {
          // One that its key has no room for holds up its key, and nobody else.
          if (queue.active + waiter.terms.cost > maxConcurrentPerKey) break
          yield waiter
        }
      }
    } finally {
      for (const queue of seen) ready.add(queue)
    }
  }

  return {
    next: (fits) => firstThatFits(candidates(), fits),
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
      settle(queue)
    },
    leave({ terms: { key, priority, place } }) {
      const queue = keyQueue(key)
      const line = queue.lines.get(priority)
      if (line === undefined || place === undefined) return
      line.leave(place)
      if (line.length === 0) queue.lines.delete(priority)
      queue.waiting--
      settle(queue)
    },
    start({ key, cost }) {
      const queue = keyQueue(key)
      floor = Math.max(floor, queue.had)
      queue.had += cost / queue.share
      queue.turn = turns++
      queue.active += cost
      settle(queue)
    },
    end({ key, cost }) {
      const queue = keyQueue(key)
      queue.active -= cost
      settle(queue)
    },
  }
}
