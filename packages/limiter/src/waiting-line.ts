/** What stands in a {@link WaitingLine}, in one at a time. */
export interface Link<T> {
  previous: T | undefined
  next: T | undefined
}

/** First in, first out; joining, and leaving from anywhere, take constant time. */
export class WaitingLine<T extends Link<T>> {
  head: T | undefined
  tail: T | undefined
  length = 0

  join(link: T): void {
    link.previous = this.tail
    link.next = undefined
    if (this.tail) this.tail.next = link
    else this.head = link
    this.tail = link
    this.length++
  }

  /** Whoever is in the line may leave it. */
  leave(link: T): void {
    if (link.previous) link.previous.next = link.next
    else this.head = link.next
    if (link.next) link.next.previous = link.previous
    else this.tail = link.previous
    this.length--
  }
}
