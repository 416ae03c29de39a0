import { checkOptions, type OptionRules } from '@holdfast/internal'
import { checkRecord } from '../check-shape.ts'
import type { FlagDefinition, Setting } from '../definition.ts'
import { FlagDataError } from '../errors.ts'
import type { FlagSource } from '../source.ts'
import { checkValue } from '../value.ts'
import { immediate } from './immediate.ts'

/** Options of {@link env}. Validated at creation. */
export interface EnvOptions {
  /** Prepended to a flag's name to get its variable, unless the flag's definition names one. Default: nothing. */
  readonly prefix?: string | undefined
  /** The variables to read. Default `process.env`; nothing on platforms without it. */
  readonly variables?: Readonly<Record<string, string | undefined>> | undefined
  /** The source's name, which evaluations and events show. Default `env`. */
  readonly name?: string | undefined
}

const RULES = {
  prefix: 'string',
  variables: checkRecord,
  name: 'string',
} satisfies OptionRules<EnvOptions>

const TRUE = /^(true|1|on|yes)$/i
const FALSE = /^(false|0|off|no)$/i
const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/**
 * Reads flags from environment variables: for each flag the variable that its definition names, or else the prefix
 * followed by the flag's name. Reads them when the flags are created, and again at each reload.
 *
 * | type | accepted |
 * |---|---|
 * | `boolean` | `true`, `1`, `on`, `yes`; `false`, `0`, `off`, `no`; in any case |
 * | `integer`, `number` | a number as JSON writes it: `5`, `-0.5`, `1e3`; not `0x10`, `.5`, or `1_000` |
 * | `enum` | one of its values, in the same case |
 * | `json` | JSON |
 * | `string` | any text, exactly as it is |
 *
 * Blanks around a value are ignored, except for a `string`. A variable that is empty, or that holds nothing but blanks,
 * counts as not set. Any other value makes `createFlags` throw a {@link FlagDataError} that names the variable and what
 * is allowed.
 *
 * @throws TypeError when an option is wrong.
 */
export function env(options: EnvOptions = {}): FlagSource {
  checkOptions('env', options, RULES)
  const { prefix = '', variables = globalThis.process?.env ?? {}, name = 'env' } = options
  return immediate(name, (definitions) => {
    const settings = new Map<string, Setting>()
    for (const [flag, definition] of Object.entries(definitions)) {
      const variable = definition.env ?? prefix + flag
      const given: unknown = variables[variable]
      // An inherited property, such as `toString`, is not a string.
      if (typeof given !== 'string') continue
      const text = isExact(definition, given) ? given : given.trim()
      if (text === '') continue
      try {
        const value = parse(variable, definition, text)
        // Checked here as well, since the flags would name the flag and not the variable.
        checkValue(variable, definition, value)
        settings.set(flag, { value })
      } catch (cause) {
        throw new FlagDataError((cause as Error).message, { flag, cause })
      }
    }
    return settings
  })
}

/** Whether the blanks around a text belong to it. */
function isExact(definition: FlagDefinition, text: string): boolean {
  const { type } = definition
  return type === 'string' || (type === 'enum' && definition.values.includes(text))
}

/** The value that the text means; the text itself when it is no value of this type, for the check to refuse. */
function parse(variable: string, { type }: FlagDefinition, text: string): unknown {
  switch (type) {
    case 'boolean':
      return TRUE.test(text) || (FALSE.test(text) ? false : text)
    case 'integer':
    case 'number':
      return JSON_NUMBER.test(text) ? Number(text) : text
    case 'json':
      try {
        return JSON.parse(text)
      } catch {
        // Without the parser's message, which quotes from the text: it may be secret.
        throw new TypeError(`\`${variable}\` must be JSON`)
      }
    default:
      return text
  }
}
