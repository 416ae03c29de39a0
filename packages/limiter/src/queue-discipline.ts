import type { Clock } from '@holdfast/internal'
import type { Link, WaitingLine } from './waiting-line.ts'

/** What a call asks for, and holds while it runs. */
export interface Terms {
  /** Its part of the concurrency limit. */
  readonly cost: number
  readonly key: string
  readonly priority: number
  /** How many that came later have gone before it, because they fitted and it did not. */
  overtaken: number
  /** Where it stands in a line of the queue discipline's own. */
  place: Place | undefined
}

/** A call that waits for its slot, in the line of all who do. */
export interface Waiter extends Link<Waiter> {
  readonly terms: Terms
  /** When it came. */
  readonly since: number
}

/** A place in another line. */
export interface Place extends Link<Place> {
  readonly waiter: Waiter
}

/** Who is next: an immutable description, from which each limiter makes its own queue. */
export interface QueueDiscipline {
  /** What a call may cost at most. Default: anything. */
  readonly maxCost?: number
  /** @param line - All who wait, in the order in which they came. The limiter keeps it. */
  createQueue(line: Readonly<WaitingLine<Waiter>>, clock: Pick<Clock, 'now'>): Queue
}

/** The order of those who wait. One that keeps nothing of its own needs `next` only. */
export interface Queue {
  /** The one to start now, of those that fit. It stays where it is until it leaves. */
  next(fits: (waiter: Waiter) => boolean): Waiter | undefined
  /** Whether more wait with this key than may. */
  isOverfull?(key: string): boolean
  join?(waiter: Waiter): void
  /** It has started, or has given up. */
  leave?(waiter: Waiter): void
  start?(terms: Terms): void
  end?(terms: Terms): void
}

/** A call may be overtaken so often; from then on nobody behind it starts before it does. */
const MAX_OVERTAKEN = 16

/**
 * The first of the candidates that fits. Those that do not are passed over, within bounds: neither is there a search
 * through a long queue, nor does a large call wait for ever while small ones slip by.
 */
export function firstThatFits(
  candidates: Iterable<Waiter>,
  fits: (waiter: Waiter) => boolean,
): Waiter | undefined {
  const passed: Waiter[] = []
  for (const candidate of candidates) {
    if (fits(candidate)) {
      for (const { terms } of passed) terms.overtaken++
      return candidate
    }
    if (candidate.terms.overtaken >= MAX_OVERTAKEN || passed.push(candidate) >= MAX_OVERTAKEN) break
  }
  return undefined
}

/** A line from one of its ends, `next` or `previous` being the way on. */
export function* along(start: Waiter | undefined, way: 'next' | 'previous'): Generator<Waiter> {
  for (let waiter = start; waiter; waiter = waiter[way]) yield waiter
}
