/** A priority queue of events, ordered by time. */
export interface EventQueue<E> {
  readonly length: number
  /** The time of the earliest event; `Infinity` when the queue is empty. */
  readonly nextTime: number
  push(time: number, event: E): void
  /** Removes and returns the earliest event. The order of events with equal times is arbitrary but repeatable. */
  pop(): E | undefined
}

/** Creates an empty queue, as a binary heap. Times are in an array of their own, which is faster to compare. */
export function createEventQueue<E>(): EventQueue<E> {
  const times: number[] = []
  const events: E[] = []

  return {
    get length() {
      return times.length
    },
    get nextTime() {
      return times[0] ?? Number.POSITIVE_INFINITY
    },
    push(time, event) {
      let place = times.length
      while (place > 0) {
        const parent = (place - 1) >> 1
        if (timeAt(parent) <= time) break
        move(parent, place)
        place = parent
      }
      put(place, time, event)
    },
    pop() {
      const first = events[0]
      const time = times.pop()
      const last = events.pop()
      if (time !== undefined && times.length > 0) sinkFromTop(time, last as E)
      return first
    },
  }

  function sinkFromTop(time: number, event: E): void {
    let place = 0
    for (let child = 1; child < times.length; child = 2 * place + 1) {
      if (child + 1 < times.length && timeAt(child + 1) < timeAt(child)) child++
      if (time <= timeAt(child)) break
      move(child, place)
      place = child
    }
    put(place, time, event)
  }

  function timeAt(place: number): number {
    return times[place] as number
  }

  function move(from: number, to: number): void {
    put(to, timeAt(from), events[from] as E)
  }

  function put(place: number, time: number, event: E): void {
    times[place] = time
    events[place] = event
  }
}
