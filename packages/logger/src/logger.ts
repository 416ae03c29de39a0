import type { Level, Threshold } from './levels.ts'

/** Writes a line of one level. Never throws, whatever it is given. Keeps its logger when it is taken off. */
export interface LogMethod {
  (message: string, fields?: object): void
  /** `fields` may be an error: `log.error(error)`. Its message is the line's, unless there is another. */
  (fields: object, message?: string): void
  /** What a `catch` has caught need not be an error. */
  (thrown: unknown, message?: string): void
}

/** Writes lines of JSON. */
export interface Logger extends Readonly<Record<Level, LogMethod>> {
  /** From which level on lines are written. Setting it holds for this logger and those made from it. */
  level: Threshold
  /** Whether a line of this level would be written: worth asking before its fields cost something to make. */
  isEnabled(level: Level): boolean
  /**
   * A logger whose lines carry these fields too; a field of the same name goes over those of its parent. They are read
   * once, now. Its level is the parent's, whatever becomes of that, unless it has one of its own.
   */
  child(fields: object, options?: { readonly level?: Threshold | undefined }): Logger
  /** Resolves when the destination has written all that it was given. Rejects never. */
  flush(): Promise<void>
}
