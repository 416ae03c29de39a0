import { refusal } from '@holdfast/internal'

/** How grave a line is, from the least. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

/** From which level on lines are written; `silent` for none. */
export type Threshold = Level | 'silent'

/** Each level with its weight. Ten apart, as in bunyan and pino. */
export const LEVELS: Readonly<Record<Level, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
}

/**
 * The weight that a line must have to be written.
 * @throws RangeError naming the levels there are.
 */
export function checkLevel(option: string, level: unknown): number {
  if (level === 'silent') return 70
  if (typeof level === 'string' && Object.hasOwn(LEVELS, level)) return LEVELS[level as Level]
  const allowed = `one of ${[...Object.keys(LEVELS), 'silent'].join(', ')}`
  throw refusal(option, level, allowed, RangeError)
}
