/** What a logger's destination tells its observer. */
export interface LoggerEvent {
  /** Lines were lost: there was no room for them, or they could not be written. */
  readonly type: 'logger.lines-dropped'
  readonly count: number
  readonly reason: 'full' | 'error'
  /** Of writing. */
  readonly error?: unknown
}
