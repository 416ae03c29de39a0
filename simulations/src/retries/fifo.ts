/** A first-in, first-out queue. */
export interface Fifo<T> {
  readonly length: number
  push(item: T): void
  shift(): T | undefined
}

/** Creates an empty queue. Its `shift` takes constant time, unlike that of an array. */
export function createFifo<T>(): Fifo<T> {
  let inbox: T[] = []
  let outbox: T[] = []
  return {
    get length() {
      return inbox.length + outbox.length
    },
    push(item) {
      inbox.push(item)
    },
    shift() {
      if (outbox.length === 0) {
        outbox = inbox.reverse()
        inbox = []
      }
      return outbox.pop()
    },
  }
}
