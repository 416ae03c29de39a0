import { checkFunction, refusal } from '@holdfast/internal'
import type { Destination } from './destination.ts'
import { checkFieldMap, defaultFields, type FieldMap } from './field-map.ts'
import { createFamily } from './json-logger.ts'
import { checkLevel, type Threshold } from './levels.ts'
import { checkLimits, type Limits } from './limits.ts'
import { LineFormat } from './line-format.ts'
import type { Logger } from './logger.ts'
import { createRedaction, type RedactOptions } from './redaction.ts'
import { standardOutput } from './standard-output.ts'

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** What writes: the service, or a part of it. Default: none. */
  readonly name?: string | undefined
  /** From which level on lines are written. Default `info`. */
  readonly level?: Threshold | undefined
  /** What every line carries. Default: nothing. */
  readonly fields?: object | undefined
  /** What is kept out of the log, besides what always is; `false` for nothing at all. */
  readonly redact?: RedactOptions | false | undefined
  /** How the logger's own fields are named: `otelFields`, `ecsFields`, or your own. Default `defaultFields`. */
  readonly fieldMap?: FieldMap | undefined
  /** How much of what it is given a line may take. */
  readonly limits?: Partial<Limits> | undefined
  /** Where the lines go. Default: the standard output, each at once; the console where there is none. */
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
  const { destination = standardOutput() } = options
  if (name !== undefined && typeof name !== 'string') throw refusal('name', name, 'a string')
  if (Object(fields) !== fields) throw refusal('fields', fields, 'an object')
  checkFunction('destination.write', destination?.write)
  checkFieldMap(fieldMap)
  const weight = checkLevel('level', level)
  const format = new LineFormat(
    fieldMap,
    checkLimits(options.limits),
    createRedaction(options.redact),
  )
  const bound = format.bind(name === undefined ? fields : { [fieldMap.name]: name, ...fields })
  return createFamily({ format, destination }, weight)(bound)
}
