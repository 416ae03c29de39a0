import {
  type Clock,
  checkClock,
  checkFunction,
  checkNumber,
  checkOptions,
  type OptionRules,
  refusal,
} from '@holdfast/internal'
import type { AdaptiveLimit } from './adaptive.ts'
import type { LimiterEvent } from './events.ts'
import type { QueueDiscipline } from './queue-discipline.ts'
import type { Rate, RateChange } from './rates.ts'

/** What can be changed on a running limiter with `update`, besides its `rates`. */
export interface LimiterSettings {
  /** How many calls may run at once, `Infinity` for any number; or a limit that moves. Default 5; 0 pauses. */
  readonly maxConcurrent?: number | AdaptiveLimit | undefined
  /** How many calls may wait for a slot. Default 20; 0 rejects at once what cannot run at once. */
  readonly maxQueue?: number | undefined
  /** How long a call may wait for a slot, in milliseconds. Default 30 000. */
  readonly queueTimeoutMs?: number | undefined
}

/** What `update` takes. */
export interface LimiterChanges extends LimiterSettings {
  /** By their names. What a bucket has stays, up to its new burst. */
  readonly rates?: readonly RateChange[] | undefined
}

/** Options of `createLimiter`. Validated at creation. */
export interface LimiterOptions extends LimiterSettings {
  /** Who is next. Default `fifo`; see `fairQueue` and `adaptiveLifo`. */
  readonly queue?: QueueDiscipline | undefined
  /** How much may start in a minute, by any number of measures at once. Default: any amount. */
  readonly rates?: readonly Rate[] | undefined
  /**
   * Whether a call is rejected on arrival when, as fast as the queue has moved, its turn would come after its context's
   * `deadlineAt`. Default false.
   */
  readonly rejectUnmeetable?: boolean | undefined
  /**
   * Whether the slot of an aborted call is free at once, though its work may go on. More than `maxConcurrent` may then
   * be under way. Default false: the slot is held until the work has really ended.
   */
  readonly releaseOnAbort?: boolean | undefined
  /** Goes into every event and error. Default `limiter`. */
  readonly name?: string | undefined
  readonly onEvent?: ((event: LimiterEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** Each setting with its value. */
export interface Settings {
  readonly maxConcurrent: number | AdaptiveLimit
  readonly maxQueue: number
  readonly queueTimeoutMs: number
}

const DEFAULTS: Settings = { maxConcurrent: 5, maxQueue: 20, queueTimeoutMs: 30_000 }

const INTEGER = { min: 0, integer: true }

const CHANGE_RULES: OptionRules<LimiterChanges> = {
  maxConcurrent: checkMaxConcurrent,
  maxQueue: INTEGER,
  queueTimeoutMs: { min: 0 },
  rates: checkRates,
}

const RULES: OptionRules<LimiterOptions> = {
  ...CHANGE_RULES,
  queue: (option, value) => {
    if (Object(value) !== value) {
      throw refusal(option, value, 'a queue such as `fifo`, `fairQueue()`, or `adaptiveLifo()`')
    }
    checkFunction(`${option}.createQueue`, (value as QueueDiscipline).createQueue)
  },
  rejectUnmeetable: 'boolean',
  releaseOnAbort: 'boolean',
  name: 'string',
  onEvent: 'function',
  clock: checkClock,
}

function checkMaxConcurrent(option: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) {
    checkFunction(`${option}.createLimit`, (value as AdaptiveLimit).createLimit)
  } else checkNumber(option, value, INTEGER)
}

function checkRates(option: string, value: unknown): void {
  if (!Array.isArray(value)) throw refusal(option, value, 'an array of rates')
}

/** @throws RangeError or TypeError that names the option that is wrong. */
export function checkLimiterOptions(options: LimiterOptions | undefined): void {
  checkOptions('createLimiter', options, RULES)
}

/** The present settings with those that are given in their place. */
export function resolveSettings(given: LimiterSettings, present: Settings = DEFAULTS): Settings {
  return {
    maxConcurrent: given.maxConcurrent ?? present.maxConcurrent,
    maxQueue: given.maxQueue ?? present.maxQueue,
    queueTimeoutMs: given.queueTimeoutMs ?? present.queueTimeoutMs,
  }
}

/** @throws RangeError or TypeError that names the setting that is wrong. */
export function checkLimiterChanges(changes: LimiterChanges): void {
  checkOptions('update', changes, CHANGE_RULES)
}
