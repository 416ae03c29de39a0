import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { checkOptions, MAX_TIMER_MS, type OptionRules } from '@holdfast/internal'
import { checkText } from '../check-shape.ts'
import { FlagDataError } from '../errors.ts'
import { publishFlagFile } from '../flag-file.ts'
import type { FlagSource, SourceHost } from '../source.ts'
import { backgroundClock } from '../sources/background-clock.ts'
import { watchFile } from './watch-file.ts'

/** Options of {@link file}. Validated at creation. */
export interface FileOptions {
  /** Whether the file is watched for changes. Default true. With false it is read again only by a reload. */
  readonly watch?: boolean | undefined
  /**
   * How often the file is also checked by polling, in milliseconds, for file systems that report no changes. Default 1000.
   */
  readonly pollMs?: number | undefined
  /** How long after the first sign of a change the file is read, in milliseconds, so that most writes are complete. Default 50. */
  readonly debounceMs?: number | undefined
  /** The source's name, which evaluations and events show. Default `file`. */
  readonly name?: string | undefined
}

const RULES = {
  watch: 'boolean',
  pollMs: { min: 1, max: MAX_TIMER_MS },
  debounceMs: { min: 0, max: MAX_TIMER_MS },
  name: 'string',
} satisfies OptionRules<FileOptions>

const MAX_BYTES = 2 ** 20

/**
 * Reads flags from a file: JSON in UTF-8, of at most a megabyte, described by `flag-file.schema.json`. The file is read
 * when the flags are created, and again whenever it changes: written in place, replaced by renaming, or swapped through a
 * symlink as Kubernetes does it.
 *
 * A file that is missing, half-written, or invalid changes nothing: the last valid settings stay in force, and the source
 * is `stale`, with line and column, until the file is valid. Watching does not keep the process alive.
 *
 * @param path - Relative to the working directory at the time of the call.
 * @throws RangeError or TypeError when an argument is wrong.
 */
export function file(path: string, options: FileOptions = {}): FlagSource {
  const fullPath = resolve(checkText('path', path))
  checkOptions('file', options, RULES)
  const { watch: isWatched = true, pollMs = 1000, debounceMs = 50, name = 'file' } = options
  return {
    name,
    start(host) {
      const look = lookAt(fullPath, host)
      let isClosed = false
      let stop = () => {}
      if (isWatched) {
        // Before it is read, so that a change in between is not missed.
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

/** Reads the file, and publishes or fails if it has changed, or `always`. Returns whether it has changed. */
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
    // Faults as well: each is reported once, not at every poll.
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
  // Before it is opened: opening a pipe may block.
  if (!stats.isFile()) throw new Error(`${path} is not a file`)
  if (stats.size > MAX_BYTES) throw new Error(`${path} is larger than a megabyte`)
  // Without a byte order mark.
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
}
