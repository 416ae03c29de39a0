/** A way from one who tells to one who reads, in order. */
export interface EventChannel<T> {
  push(value: T): void
  /** After what was pushed comes the end, or an error. */
  end(error?: { readonly error: unknown }): void
  next(): Promise<IteratorResult<T, undefined>>
  /** Resolves when all that was pushed has been taken, or nobody will. */
  room(): Promise<void>
}

interface Reader<T> {
  resolve(result: IteratorResult<T, undefined>): void
  reject(error: unknown): void
}

export function createEventChannel<T>(): EventChannel<T> {
  const values: T[] = []
  const readers: Reader<T>[] = []
  let waiting: (() => void)[] = []
  let ended: { readonly error?: unknown } | undefined

  /** A fault is told once. */
  function atEnd(): Promise<IteratorResult<T, undefined>> {
    const fault = ended
    ended = {}
    if (fault && 'error' in fault) return Promise.reject(fault.error)
    return Promise.resolve({ done: true, value: undefined })
  }

  function makeRoom(): void {
    for (const resolve of waiting) resolve()
    waiting = []
  }

  return {
    push(value) {
      const reader = readers.shift()
      if (reader) reader.resolve({ done: false, value })
      else if (!ended) values.push(value)
    },
    end(error = undefined) {
      ended ??= error ?? {}
      for (const reader of readers.splice(0)) atEnd().then(reader.resolve, reader.reject)
      makeRoom()
    },
    next() {
      if (values.length > 0) {
        const value = values.shift() as T
        if (values.length === 0) makeRoom()
        return Promise.resolve({ done: false, value })
      }
      if (ended) return atEnd()
      return new Promise((resolve, reject) => readers.push({ resolve, reject }))
    },
    room() {
      if (values.length === 0 || ended) return Promise.resolve()
      return new Promise((resolve) => waiting.push(resolve))
    },
  }
}
