import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@holdfast/internal'

/** How a file is watched. Times are in milliseconds. */
interface Watching {
  /** Reads the file if it has changed, and returns whether it had. */
  readonly look: () => boolean
  readonly pollMs: number
  readonly debounceMs: number
  readonly clock: Clock
}

/**
 * Checks the file whenever something happens in its directory, and every `pollMs`. It watches the directory, since a file
 * that is replaced, or a symlink that is swapped, is another file afterwards. Returns a function that stops it.
 */
export function watchFile(path: string, { look, pollMs, debounceMs, clock }: Watching): () => void {
  let isClosed = false
  let watcher: FSWatcher | undefined
  let pending: unknown

  function start(): void {
    try {
      watcher = watch(dirname(path), { persistent: false }, hint)
      watcher.on('error', stop)
    } catch {
      // The directory is missing, or the system is out of watchers. Polling goes on, and tries again.
    }
  }

  function stop(): void {
    watcher?.close()
    watcher = undefined
  }

  // Only the first hint sets the time: in a busy directory hints never end.
  function hint(): void {
    pending ??= clock.setTimeout(() => {
      pending = undefined
      look()
    }, debounceMs)
  }

  function poll(): void {
    timer = clock.setTimeout(poll, pollMs)
    // The watcher missed this change, so it may watch a directory that has been replaced.
    if (look()) stop()
    // A listener may have closed the flags.
    if (watcher === undefined && !isClosed) start()
  }

  start()
  let timer = clock.setTimeout(poll, pollMs)
  return () => {
    isClosed = true
    stop()
    clock.clearTimeout(pending)
    clock.clearTimeout(timer)
  }
}
