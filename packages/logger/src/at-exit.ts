/** What has something to write. */
interface Waiting {
  flushSync(): void
}

const waiting = new Set<Waiting>()
let isListening = false
let isExiting = false

/** Has it written at the latest when the process exits. One listener for all, and none until it is needed. */
export function atExit(destination: Waiting): void {
  // By a listener that comes after ours.
  if (isExiting) destination.flushSync()
  waiting.add(destination)
  if (isListening) return
  isListening = true
  process.on('exit', () => {
    isExiting = true
    for (const destination of waiting) destination.flushSync()
  })
}

/** Nothing of it waits any more. */
export function notAtExit(destination: Waiting): void {
  waiting.delete(destination)
}
