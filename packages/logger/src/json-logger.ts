import { refusal } from '@holdfast/internal'
import type { Destination } from './destination.ts'
import { checkLevel, LEVELS, type Level, type Threshold } from './levels.ts'
import type { Bound, LineFormat } from './line-format.ts'
import type { Logger, LogMethod } from './logger.ts'

/** What becomes of a line. */
interface Output {
  readonly format: LineFormat
  readonly destination: Destination
}

/** The loggers that share a level. */
interface Family {
  readonly output: Output
  /** What a line must weigh to be written. */
  weight: number
  readonly create: (bound: Bound) => Logger
}

const noop = (): void => {}

/**
 * Makes a family of loggers that share a level. They are of a class of their own, which has the methods: those of a level
 * that is off are one that does nothing, for all of them as soon as the level is set.
 */
export function createFamily(output: Output, weight: number): Family['create'] {
  class FamilyLogger extends JsonLogger {}
  const family: Family = {
    output,
    weight,
    create: (bound) => new FamilyLogger(family, bound) as unknown as Logger,
  }
  JsonLogger.defineMethods(FamilyLogger.prototype, weight)
  return family.create
}

class JsonLogger implements Omit<Logger, Level> {
  readonly #family: Family
  readonly #bound: Bound
  /** Made when they are first asked for: a child for each request calls one or two of them. */
  readonly #methods: Partial<Record<Level, LogMethod>> = {}

  constructor(family: Family, bound: Bound) {
    this.#family = family
    this.#bound = bound
  }

  static defineMethods(prototype: JsonLogger, weight: number): void {
    for (const level of Object.keys(LEVELS) as Level[]) {
      const isOn = LEVELS[level] >= weight
      const get = function (this: JsonLogger): LogMethod {
        return this.#methods[level] ?? this.#createMethod(level)
      }
      Object.defineProperty(prototype, level, {
        configurable: true,
        ...(isOn ? { get } : { value: noop }),
      })
    }
  }

  get level(): Threshold {
    const levels = Object.keys(LEVELS) as Level[]
    return levels.find((level) => this.isEnabled(level)) ?? 'silent'
  }

  set level(level: Threshold) {
    this.#family.weight = checkLevel('level', level)
    JsonLogger.defineMethods(Object.getPrototypeOf(this), this.#family.weight)
  }

  isEnabled(level: Level): boolean {
    return LEVELS[level] >= this.#family.weight
  }

  child(fields: object, { level }: { readonly level?: Threshold | undefined } = {}): Logger {
    if (Object(fields) !== fields) throw refusal('fields', fields, 'an object')
    const { output, create } = this.#family
    const bound = output.format.bind(fields, this.#bound)
    return level === undefined
      ? create(bound)
      : createFamily(output, checkLevel('level', level))(bound)
  }

  async flush(): Promise<void> {
    try {
      await this.#family.output.destination.flush?.()
    } catch {
      // Told by the destination, if by anybody.
    }
  }

  #createMethod(level: Level): LogMethod {
    const method: LogMethod = (first: unknown, second?: unknown) => {
      // It may have been taken off before the level was changed.
      if (!this.isEnabled(level)) return
      const { format, destination } = this.#family.output
      try {
        const written = destination.write(format.line(level, this.#bound, first, second))
        if (written instanceof Promise) written.catch(noop)
        if (level === 'fatal') destination.flushSync?.()
      } catch {
        // A log that cannot be written stops nobody.
      }
    }
    this.#methods[level] = method
    return method
  }
}
