import { checkFunction, refusal } from '@holdfast/internal'
import type { Destination } from './destination.ts'
import { defaultFields, type FieldMap } from './field-map.ts'
import { fileDestination } from './file-destination.ts'
import { checkLevel, LEVELS, type Level, type Threshold } from './levels.ts'
import { checkLimits, type Limits } from './limits.ts'
import { type Bound, LineFormat } from './line-format.ts'
import type { Fields, Logger, LogMethod } from './logger.ts'
import { createRedaction, type RedactOptions } from './redaction.ts'

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** What writes: the service, or a part of it. Default: none. */
  readonly name?: string | undefined
  /** From which level on lines are written. Default `info`. */
  readonly level?: Threshold | undefined
  /** What every line carries. Default: nothing. */
  readonly fields?: Fields | undefined
  /** What is kept out of the log, besides what always is; `false` for nothing at all. */
  readonly redact?: RedactOptions | false | undefined
  /** How the logger's own fields are named: `otelFields`, `ecsFields`, or your own. Default `defaultFields`. */
  readonly fieldMap?: FieldMap | undefined
  /** How much of what it is given a line may take. */
  readonly limits?: Partial<Limits> | undefined
  /** Where the lines go. Default: the standard output, each at once. */
  readonly destination?: Destination | undefined
}

/**
 * Makes a logger that writes a line of JSON for each call.
 *
 * @throws TypeError or RangeError naming the option that is wrong.
 *
 * @example
 * const log = createLogger({ name: 'shop' })
 * log.info('started', { port: 8080 })
 * log.error(error, 'payment failed')
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const { name, level = 'info', fields = {}, fieldMap = defaultFields } = options
  const { destination = fileDestination() } = options
  if (name !== undefined && typeof name !== 'string') throw refusal('name', name, 'a string')
  if (Object(fields) !== fields) throw refusal('fields', fields, 'an object')
  checkFunction('destination.write', destination?.write)
  const threshold = { weight: checkLevel('level', level) }
  const format = new LineFormat(
    fieldMap,
    checkLimits(options.limits),
    createRedaction(options.redact),
  )
  const bound = format.bind(name === undefined ? fields : { [fieldMap.name]: name, ...fields })
  return new JsonLogger(format, destination, bound, threshold)
}

/** From which weight on lines are written; shared by a logger and the children that have no level of their own. */
interface Limit {
  weight: number
}

const noop = (): void => {}

class JsonLogger implements Logger {
  readonly #format: LineFormat
  readonly #destination: Destination
  readonly #bound: Bound
  readonly #threshold: Limit
  /** Made when they are first asked for: a child for each request calls one or two of them. */
  readonly #methods: Partial<Record<Level, LogMethod>> = {}

  constructor(format: LineFormat, destination: Destination, bound: Bound, threshold: Limit) {
    this.#format = format
    this.#destination = destination
    this.#bound = bound
    this.#threshold = threshold
  }

  get trace(): LogMethod {
    return this.#method('trace')
  }

  get debug(): LogMethod {
    return this.#method('debug')
  }

  get info(): LogMethod {
    return this.#method('info')
  }

  get warn(): LogMethod {
    return this.#method('warn')
  }

  get error(): LogMethod {
    return this.#method('error')
  }

  get fatal(): LogMethod {
    return this.#method('fatal')
  }

  get level(): Threshold {
    const levels = Object.keys(LEVELS) as Level[]
    return levels.find((level) => this.isEnabled(level)) ?? 'silent'
  }

  set level(level: Threshold) {
    this.#threshold.weight = checkLevel('level', level)
  }

  isEnabled(level: Level): boolean {
    return LEVELS[level] >= this.#threshold.weight
  }

  child(fields: Fields, { level }: { readonly level?: Threshold | undefined } = {}): Logger {
    const threshold = level === undefined ? this.#threshold : { weight: checkLevel('level', level) }
    const bound = this.#format.bind(fields, this.#bound)
    return new JsonLogger(this.#format, this.#destination, bound, threshold)
  }

  async flush(): Promise<void> {
    try {
      await this.#destination.flush?.()
    } catch {}
  }

  #method(level: Level): LogMethod {
    if (LEVELS[level] < this.#threshold.weight) return noop
    return this.#methods[level] ?? this.#createMethod(level)
  }

  #createMethod(level: Level): LogMethod {
    const method: LogMethod = (first: unknown, second?: unknown) => {
      // It may have been taken off before the level was changed.
      if (!this.isEnabled(level)) return
      const line = this.#format.line(level, this.#bound, first, second)
      try {
        this.#destination.write(line)
        if (level === 'fatal') this.#destination.flushSync?.()
      } catch {
        // A log that cannot be written stops nobody.
      }
    }
    this.#methods[level] = method
    return method
  }
}
