/** A place in a {@link createWaitingLine | waiting line}, also the way to leave it. */
export interface Place<T> {
  readonly value: T
  previous: Place<T> | undefined
  next: Place<T> | undefined
}

/** First in, first out; joining and leaving from anywhere take constant time. */
export interface WaitingLine<T> {
  readonly length: number
  readonly head: T | undefined
  join(value: T): Place<T>
  /** Whether it was still there. */
  leave(place: Place<T>): boolean
  shift(): T | undefined
}

export function createWaitingLine<T>(): WaitingLine<T> {
  let head: Place<T> | undefined
  let tail: Place<T> | undefined
  let length = 0

  function leave(place: Place<T>): boolean {
    if (place !== head && place.previous === undefined) return false
    if (place.previous) place.previous.next = place.next
    else head = place.next
    if (place.next) place.next.previous = place.previous
    else tail = place.previous
    place.previous = place.next = undefined
    length--
    return true
  }

  return {
    get length() {
      return length
    },
    get head() {
      return head?.value
    },
    join(value) {
      const place: Place<T> = { value, previous: tail, next: undefined }
      if (tail) tail.next = place
      else head = place
      tail = place
      length++
      return place
    },
    leave,
    shift() {
      const first = head
      if (first) leave(first)
      return first?.value
    },
  }
}
