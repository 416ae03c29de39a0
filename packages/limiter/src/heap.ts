/** A value in a {@link Heap} knows its place there, so that it can leave from anywhere; -1 is outside. */
export interface HeapEntry {
  place: number
}

/** The least first; adding and removing take logarithmic time. */
export class Heap<T extends HeapEntry> {
  readonly #entries: T[] = []
  readonly #before: (a: T, b: T) => boolean

  constructor(before: (a: T, b: T) => boolean) {
    this.#before = before
  }

  get first(): T | undefined {
    return this.#entries[0]
  }

  add(entry: T): void {
    this.#put(entry, this.#entries.length)
    this.#rise(entry)
  }

  remove(entry: T): void {
    const last = this.#entries.pop()
    if (last !== undefined && last !== entry) {
      this.#put(last, entry.place)
      this.#rise(last)
      this.#sink(last)
    }
    entry.place = -1
  }

  #rise(entry: T): void {
    while (entry.place > 0) {
      const parent = this.#entries[(entry.place - 1) >> 1] as T
      if (!this.#before(entry, parent)) return
      this.#swap(entry, parent)
    }
  }

  #sink(entry: T): void {
    while (true) {
      const left = this.#entries[2 * entry.place + 1]
      const right = this.#entries[2 * entry.place + 2]
      if (left === undefined) return
      const least = right !== undefined && this.#before(right, left) ? right : left
      if (!this.#before(least, entry)) return
      this.#swap(entry, least)
    }
  }

  #swap(a: T, b: T): void {
    const { place } = a
    this.#put(a, b.place)
    this.#put(b, place)
  }

  #put(entry: T, place: number): void {
    this.#entries[place] = entry
    entry.place = place
  }
}
