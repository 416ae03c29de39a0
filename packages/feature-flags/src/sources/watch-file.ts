import { type FSWatcher, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@holdfast/internal'

/** How a file is watched; all in milliseconds. */
interface Watching {
  /** Looks whether there is anything new, and returns whether there was. */
  readonly look: () => boolean
  readonly pollMs: number
  readonly debounceMs: number
  readonly clock: Clock
}

/**
 * Looks at the file when anything happens in its directory, and every now and then besides. The directory, since a file
 * that is renamed over, or a symlink that is swapped, is another one from then on. Returns how to stop.
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
      // No such directory, or no more watchers to be had: polling goes on, and tries again.
    }
  }

  function stop(): void {
    watcher?.close()
    watcher = undefined
  }

  // The first hint sets the time, and more do not put it off: in a busy directory they never end.
  function hint(): void {
    pending ??= clock.setTimeout(() => {
      pending = undefined
      look()
    }, debounceMs)
  }

  function poll(): void {
    timer = clock.setTimeout(poll, pollMs)
    // What the watcher has not told of it may not see: the directory may be another one by now.
    if (look()) stop()
    // Who is told of the change may have closed all this.
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
