/** First in, first out. */
export interface Fifo<T> {
  readonly length: number
  push(item: T): void
  shift(): T | undefined
}

/** Makes an empty one. Unlike an array's, its `shift` takes the same time however many wait. */
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
