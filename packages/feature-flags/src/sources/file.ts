import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkNumber, MAX_TIMER_MS } from '@holdfast/internal'
import { checkText } from '../check-shape.ts'
import { FlagDataError } from '../errors.ts'
import { publishFlagFile } from '../flag-file.ts'
import type { FlagSource, SourceHost } from '../source.ts'
import { backgroundClock } from './background-clock.ts'
import { watchFile } from './watch-file.ts'

/** Options of {@link file}. Validated at creation. */
export interface FileOptions {
  /** Whether changes are seen as they happen. Default true; with false the file is read again only by a reload. */
  readonly watch?: boolean | undefined
  /** How often the file is looked at besides, for where the system tells of no changes, in milliseconds. Default 1000. */
  readonly pollMs?: number | undefined
  /** How long after the first sign of a change the file is read, so that most are complete, in milliseconds. Default 50. */
  readonly debounceMs?: number | undefined
  /** What evaluations show as the source. Default `file`. */
  readonly name?: string | undefined
}

const MAX_BYTES = 2 ** 20

/**
 * A flag file: JSON in UTF-8, of at most a megabyte; `flag-file.schema.json` describes it. It is read when the flags are
 * made, and then whenever it changes, whether written in place, renamed over or swapped by a symlink as Kubernetes does.
 *
 * A file that is missing, half-written or wrong changes nothing: what it said last stays in force, and the source is
 * `stale`, with the line and column, until the file is right again. Nothing of this keeps the process alive.
 *
 * @param path - Relative to the working directory of now.
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function file(path: string, options: FileOptions = {}): FlagSource {
  const { watch: isWatched = true, pollMs = 1000, debounceMs = 50, name = 'file' } = options
  checkNumber('pollMs', pollMs, { min: 1, max: MAX_TIMER_MS })
  checkNumber('debounceMs', debounceMs, { min: 0, max: MAX_TIMER_MS })
  const fullPath = resolve(checkText('path', path))
  return {
    name,
    start(host) {
      const look = lookAt(fullPath, host)
      let isClosed = false
      let stop = () => {}
      if (isWatched) {
        // Before it is read: a change meanwhile must not be missed.
        stop = watchFile(fullPath, { look, pollMs, debounceMs, clock: backgroundClock(host.clock) })
      }
      look(true)
      return {
        reload() {
          if (!isClosed) look(true)
        },
        close() {
          isClosed = true
          stop()
        },
      }
    },
  }
}

/** Reads the file, and publishes or fails if there is anything new, or if it must. Returns whether there was. */
type Look = (always?: boolean) => boolean

function lookAt(path: string, host: SourceHost): Look {
  let seen: string | undefined
  return (always = false) => {
    let text = ''
    let fault: Error | undefined
    try {
      text = readText(path)
    } catch (cause) {
      fault = new FlagDataError((cause as Error).message, { cause })
    }
    // Also of what is wrong: it is told once, not at every look.
    const found = fault ? `cannot be read: ${fault.message}` : `text: ${text}`
    const isNew = found !== seen
    seen = found
    if (!isNew && !always) return false
    if (fault) host.fail(fault)
    else publishFlagFile(text, host)
    return isNew
  }
}

function readText(path: string): string {
  const stats = statSync(path)
  // Looked at first: to open a pipe may take forever.
  if (!stats.isFile()) throw new Error(`${path} is not a file`)
  if (stats.size > MAX_BYTES) throw new Error(`${path} is larger than a megabyte`)
  // A byte order mark is left out.
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
}
