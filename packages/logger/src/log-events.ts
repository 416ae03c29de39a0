import type { HoldfastEvent } from '@holdfast/internal'
import { checkLevel, type Level, type Threshold } from './levels.ts'
import type { Logger } from './logger.ts'

/** Options of {@link logEvents}. */
export interface LogEventsOptions {
  /** The level of an event's line, by its type; `silent` for no line. Over those in the README. */
  readonly levels?: Readonly<Record<string, Threshold>> | undefined
}

/** What an event says of itself beyond its type. */
type Facts = Readonly<Record<string, unknown>>

// What an operator wants to know is told; what comes with each call is for who looks closer.
const LEVEL_OF: Readonly<Record<string, Level | ((event: Facts) => Level)>> = {
  'bedrock.stream-interrupted': 'error',
  'callback.failed': 'error',
  'circuit-breaker.state-changed': ({ to }) => (to === 'open' ? 'warn' : 'info'),
  'fallback.exhausted': 'error',
  'fallback.substituted': 'warn',
  'fallback.switched': 'warn',
  'feature-flags.admin-refused': 'warn',
  'feature-flags.changed': 'info',
  'feature-flags.listener-failed': 'error',
  'feature-flags.source-changed': ({ error }) => (error === undefined ? 'info' : 'warn'),
  'limiter.drained': 'info',
  'limiter.limit-changed': 'info',
  'limiter.rejected': ({ reason }) => (reason === 'aborted' ? 'debug' : 'warn'),
  'metrics.collect-failed': 'warn',
  'metrics.series-dropped': 'warn',
  'retry.exhausted': 'warn',
  'retry.refused': 'warn',
  'retry.scheduled': 'info',
  'timeout.expired': 'warn',
  'tool-loop-guard.triggered': 'warn',
}

/**
 * Makes an observer that writes the events of any Holdfast package to the log, for every `onEvent` of yours. It never
 * throws. The event's type is the message; its name stands in the field `policy`. Types that it does not know are of level
 * `debug`; the loggers' own are not written, as to tell of lines that were lost would lose more.
 *
 * @throws RangeError naming the level that is wrong.
 *
 * @example
 * const onEvent = logEvents(log)
 * const limiter = createLimiter({ name: 'search', onEvent })
 */
export function logEvents(
  logger: Logger,
  { levels = {} }: LogEventsOptions = {},
): (event: HoldfastEvent) => void {
  for (const [type, level] of Object.entries(levels)) checkLevel(`levels.${type}`, level)
  const levelOf = new Map(Object.entries({ ...LEVEL_OF, ...levels }))

  return ({ type, name, ...facts }) => {
    if (type.startsWith('logger.')) return
    const rule = levelOf.get(type) ?? 'debug'
    const level = typeof rule === 'function' ? rule(facts) : rule
    if (level !== 'silent') logger[level](type, { policy: name, ...facts })
  }
}
