import { readProperty, refusal, shorten } from '@holdfast/internal'
import { checkKeys, checkList, isRecord } from './check-shape.ts'
import type { Setting, Settings } from './definition.ts'
import { FlagDataError, type TextPosition } from './errors.ts'
import { parseJson } from './json.ts'
import { createMatcher } from './match-rules.ts'
import { messageOf } from './message-of.ts'
import type { Rule } from './rules.ts'
import type { SourceHost } from './source.ts'

type PositionOf = (path: readonly string[]) => TextPosition | undefined

/** The contents of a flag file, with positions if it was parsed from a text. */
interface FlagFile {
  readonly settings: Settings
  readonly positionOf: PositionOf
}

/** In UTF-16 units. */
const MAX_LENGTH = 2 ** 20

/**
 * Reads a flag file, from its text or from the object that the text stands for:
 * `{ "flags": { "NAME": true, "OTHER": { "value": 5, "rules": […] } } }`. Does not check the values and rules.
 *
 * @throws FlagDataError, with the position if it is a text.
 */
export function parseFlagFile(content: unknown): FlagFile {
  const isText = typeof content === 'string'
  if (isText && content.length > MAX_LENGTH) throw new FlagDataError('Longer than a megabyte')
  const parsed = isText ? parseJson(content) : undefined
  const positionOf: PositionOf = (path) => parsed?.positionOf(path)
  const settings = new Map<string, Setting>()
  let flag: string | undefined
  try {
    for (const [name, given] of Object.entries(flagsOf(parsed ? parsed.value : content))) {
      flag = name
      settings.set(name, settingOf(name, given))
    }
  } catch (error) {
    throw located(error, positionOf, flag)
  }
  return { settings, positionOf }
}

/** Publishes a flag file, or reports what is wrong with it and where. Returns whether the flags accepted it. */
export function publishFlagFile(content: unknown, host: SourceHost): boolean {
  let positionOf: PositionOf | undefined
  try {
    const file = parseFlagFile(content)
    positionOf = file.positionOf
    host.publish(file.settings, createMatcher)
    return true
  } catch (error) {
    host.fail(positionOf ? located(error, positionOf) : (error as Error))
    return false
  }
}

function flagsOf(file: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(file) || !Object.hasOwn(file, 'flags')) {
    throw new TypeError('A flag file must be an object with `flags`: { "flags": { "NAME": … } }')
  }
  const { $schema = '', flags } = checkKeys('file', file, ['$schema', 'flags'], ['flags'])
  if (typeof $schema !== 'string') throw refusal('file.$schema', $schema, 'a string')
  if (!isRecord(flags)) throw refusal('file.flags', flags, 'an object')
  return flags
}

function settingOf(name: string, given: unknown): Setting {
  // An object is always a setting. Otherwise a setting without its `value` would pass for a value.
  if (!isRecord(given) && typeof given === 'object') {
    throw new TypeError(`\`${shorten(name)}\` must be a plain value or { "value": … }`)
  }
  if (!isRecord(given)) return { value: given }
  const { value, rules } = checkKeys(shorten(name), given, ['value', 'rules'], ['value'])
  if (rules === undefined) return { value }
  return { value, rules: checkList(`${name}.rules`, rules) as readonly Rule[] }
}

/** The error with its position. Messages begin with the place, `NAME.rules[0].percentage`, from which it is found. */
function located(
  cause: unknown,
  positionOf: PositionOf,
  flag = readProperty(cause, 'flag') as string | undefined,
): FlagDataError {
  const message = messageOf(cause)
  const place = /^`([^`]*)`/.exec(message)?.[1] ?? ''
  const root = flag ?? 'file'
  const below = place.startsWith(root) ? place.slice(root.length).split(/[.[\]]+/) : []
  const path = flag === undefined ? below : ['flags', flag, ...below]
  return new FlagDataError(message, { flag, position: positionOf(path.filter(Boolean)), cause })
}
