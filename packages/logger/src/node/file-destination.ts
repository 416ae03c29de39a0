import * as fs from 'node:fs'
import { checkFunctions, checkNumber, MAX_TIMER_MS, refusal } from '@holdfast/internal'
import { AppendedFile, type FileDestination } from '../appended-file.ts'
import type { LoggerEvent } from '../events.ts'

/** Options of {@link fileDestination}. */
export interface FileDestinationOptions {
  /** An open file's descriptor. Default 1, the standard output. */
  readonly fd?: number | undefined
  /** A file to append to, in place of `fd`. */
  readonly path?: string | undefined
  /** How many characters are gathered before they are written together. Default 0: each line at once. */
  readonly bufferLength?: number | undefined
  /** The longest that a line is kept for the others to come. Default 1000. Without `bufferLength` of no meaning. */
  readonly flushIntervalMs?: number | undefined
  /**
   * How many characters may wait while the reader takes none: lines beyond are dropped, and counted. Default 1 048 576.
   */
  readonly maxWaiting?: number | undefined
  readonly onEvent?: ((event: LoggerEvent) => void) | undefined
}

/**
 * Makes a destination that appends to a file or pipe. What it is given is written at once, or gathered by `bufferLength`;
 * what waits is written when the process exits, unless by a signal that nobody handles.
 *
 * Nothing is written from elsewhere than the caller's thread: so the order is that of the calls, and no line is written
 * twice or torn, even at exit. Writes to a pipe whose reader is slow wait up to a second when each line is written at once;
 * those of gathered lines do not wait.
 *
 * @throws TypeError or RangeError naming the option that is wrong; the error of opening the file.
 */
export function fileDestination(options: FileDestinationOptions = {}): FileDestination {
  const { fd = 1, path, bufferLength = 0, flushIntervalMs = 1000, maxWaiting = 2 ** 20 } = options
  checkNumber('fd', fd, { min: 0, integer: true })
  checkNumber('bufferLength', bufferLength, { min: 0, integer: true })
  checkNumber('flushIntervalMs', flushIntervalMs, { min: 0, max: MAX_TIMER_MS })
  checkNumber('maxWaiting', maxWaiting, { min: Math.max(1, bufferLength), integer: true })
  checkFunctions(options, 'onEvent')
  if (path !== undefined && typeof path !== 'string') throw refusal('path', path, 'a string')
  return new AppendedFile(fs, path === undefined ? fd : fs.openSync(path, 'a'), {
    ownsFile: path !== undefined,
    bufferLength,
    flushIntervalMs,
    maxWaiting,
    onEvent: options.onEvent,
  })
}
