import type { FlagDefinition, Setting } from '../definition.ts'
import { FlagDataError } from '../errors.ts'
import type { FlagSource } from '../source.ts'
import { checkValue } from '../value.ts'
import { immediate } from './immediate.ts'

/** Options of {@link env}. */
export interface EnvOptions {
  /** Stands before the flag's name in its variable, unless its definition names one. Default none. */
  readonly prefix?: string | undefined
  /** Default `process.env`. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined
  /** What evaluations show as the source. Default `env`. */
  readonly name?: string | undefined
}

const YES = /^(true|1|on|yes)$/i
const NO = /^(false|0|off|no)$/i
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/**
 * The environment: of each flag the variable that its definition names, or else the prefix and its name. One that is
 * empty is not set. Read when the flags are made, and again at each reload.
 *
 * A boolean is `true`, `1`, `on`, `yes` or `false`, `0`, `off`, `no`, in any case; a number is written as in JSON, so
 * `1e3` is one and `0x10`, ` 5` and `.5` are not; an enum is one of its values to the letter; the rest is JSON or text.
 * Anything else makes `createFlags` throw {@link FlagDataError} that names the variable and what is allowed.
 */
export function env({
  prefix = '',
  variables = process.env,
  name = 'env',
}: EnvOptions = {}): FlagSource {
  return immediate(name, (definitions) => {
    const settings = new Map<string, Setting>()
    for (const [flag, definition] of Object.entries(definitions)) {
      const variable = definition.env ?? prefix + flag
      const text: unknown = variables[variable]
      // What is inherited, such as `toString`, is no text.
      if (typeof text !== 'string' || text === '') continue
      try {
        const value = parse(variable, definition, text)
        // Here too, since the flags would name the flag and not the variable.
        checkValue(variable, definition, value)
        settings.set(flag, { value })
      } catch (cause) {
        throw new FlagDataError((cause as Error).message, { flag, cause })
      }
    }
    return settings
  })
}

/** The value that a text stands for; the text itself where it is none of this type, which the check will say. */
function parse(variable: string, { type }: FlagDefinition, text: string): unknown {
  switch (type) {
    case 'boolean':
      return YES.test(text) || (NO.test(text) ? false : text)
    case 'integer':
    case 'number':
      return JSON_NUMBER.test(text) ? Number(text) : text
    case 'json':
      try {
        return JSON.parse(text)
      } catch {
        // The parser's own message shows a part of the text, which may be secret.
        throw new TypeError(`\`${variable}\` must be JSON`)
      }
    default:
      return text
  }
}
