import {
  checkNumber,
  checkOptions,
  classifyError,
  factory,
  MAX_TIMER_MS,
  type OptionRules,
} from '@holdfast/internal'

/**
 * How long to wait after a failed attempt, in milliseconds.
 *
 * @param attempt - The attempt that has just failed, from 1.
 * @param error - What it failed with, or the result that was not good enough.
 * @param previousMs - The wait before this attempt; 0 before the first.
 * @param random - A source of numbers in [0, 1).
 */
export type Backoff = (
  attempt: number,
  error: unknown,
  previousMs: number,
  random: () => number,
) => number

/**
 * How a planned wait `b` is spread, so that callers who failed together do not come back together.
 *
 * - a number `r` from 0 to 1: from `b − r·b` to `b + r·b`; `'none'` is 0
 * - `'full'`: from 0 to `b`
 * - `'equal'`: from `b / 2` to `b`
 *
 * The names are those of "Exponential Backoff And Jitter" on the AWS Architecture Blog. After a throttle no wait is
 * below `b / 2`, so `'full'` acts as `'equal'`: a wait of next to nothing is throttled again by a quota that counts per
 * minute.
 */
export type Jitter = number | 'full' | 'equal' | 'none'

/** Options of {@link exponential}. */
export interface ExponentialOptions {
  /** The wait after the first attempt, in milliseconds. Default 1000. */
  readonly initialMs?: number | undefined
  /** What each further wait is multiplied by. Default 2. */
  readonly factor?: number | undefined
  /** No wait is longer, jitter included, in milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined
  /** Default 0.2: ±20 %. */
  readonly jitter?: Jitter | undefined
}

const MILLISECONDS = { min: 0, max: MAX_TIMER_MS }
const DECORRELATED_RULES: OptionRules<DecorrelatedOptions> = {
  initialMs: MILLISECONDS,
  maxMs: MILLISECONDS,
}
const EXPONENTIAL_RULES: OptionRules<ExponentialOptions> = {
  initialMs: MILLISECONDS,
  maxMs: MILLISECONDS,
  factor: { min: 1 },
  jitter: (_option, value) => spreadOf(value as Jitter),
}

/** From which to which part of the planned wait. */
const SPREADS = { full: [0, 1], equal: [0.5, 1], none: [1, 1] } as const

/**
 * `initialMs × factor^(attempt − 1)`, spread by jitter: by default 1 s, 2 s, 4 s, …, each ±20 %.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export const exponential: (options?: ExponentialOptions) => Backoff = /* @__PURE__ */ factory(
  'exponential',
  createExponential,
)

function createExponential(options: ExponentialOptions = {}): Backoff {
  checkOptions('exponential', options, EXPONENTIAL_RULES)
  const { initialMs = 1_000, factor = 2, maxMs = 30_000, jitter = 0.2 } = options
  const [low, high] = spreadOf(jitter)
  return (attempt, error, _previousMs, random) => {
    // Beyond a thousand attempts the power is Infinity, which 0 must not meet.
    const planned = Math.min(maxMs, initialMs && initialMs * factor ** (attempt - 1))
    const floor = low < 0.5 && classifyError(error) === 'throttle' ? 0.5 : low
    return Math.min(maxMs, planned * between(floor, high, random()))
  }
}

/**
 * The same wait after every attempt, without jitter.
 *
 * @throws RangeError or TypeError unless `ms` is a number from 0 to 2³¹−1.
 */
export const constant: (ms: number) => Backoff = /* @__PURE__ */ factory('constant', (ms) => {
  checkNumber('ms', ms, MILLISECONDS)
  return () => ms
})

/** Options of {@link decorrelated}. */
export interface DecorrelatedOptions {
  /** The shortest wait, in milliseconds. Default 1000. */
  readonly initialMs?: number | undefined
  /** The longest wait, in milliseconds. Default 30 000. */
  readonly maxMs?: number | undefined
}

/**
 * Anything from `initialMs` to three times the previous wait: it grows as exponential backoff does, and soon no two
 * callers are in step. The "decorrelated jitter" of the AWS Architecture Blog.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export const decorrelated: (options?: DecorrelatedOptions) => Backoff = /* @__PURE__ */ factory(
  'decorrelated',
  createDecorrelated,
)

function createDecorrelated(options: DecorrelatedOptions = {}): Backoff {
  checkOptions('decorrelated', options, DECORRELATED_RULES)
  const { initialMs = 1_000, maxMs = 30_000 } = options
  return (_attempt, _error, previousMs, random) => {
    const longest = Math.max(initialMs, previousMs) * 3
    return Math.min(maxMs, between(initialMs, longest, random()))
  }
}

function spreadOf(jitter: Jitter): readonly [low: number, high: number] {
  if (typeof jitter === 'string' && Object.hasOwn(SPREADS, jitter)) return SPREADS[jitter]
  const ratio = checkNumber('jitter', jitter, { min: 0, max: 1, or: "'full', 'equal', 'none'" })
  return [1 - ratio, 1 + ratio]
}

/** Exactly `low` at 0 and `high` at 1, which `low + part * (high - low)` is not. */
function between(low: number, high: number, part: number): number {
  return low * (1 - part) + high * part
}
