/** Where lines go. A stream such as `process.stdout` is one too. */
export interface Destination {
  /** @param line - JSON, and a line feed. */
  write(line: string): unknown
  /** Resolves when all that was given has been written. */
  flush?(): unknown
  /** Writes at once what waits: called after a line of level `fatal`, when the process may be about to end. */
  flushSync?(): unknown
}
