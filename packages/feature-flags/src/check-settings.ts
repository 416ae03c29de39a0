import type { Settings } from './definition.ts'
import { FlagDataError } from './errors.ts'
import type { CreateMatcher } from './match-rules.ts'
import { type CheckedSetting, type CheckedSettings, type Flag, plainSetting } from './resolve.ts'
import { checkValue } from './value.ts'

/**
 * What a source says, checked: all or nothing.
 *
 * @throws FlagDataError naming the flag that there is not, or that does not take its value or rules.
 */
export function checkSettings(
  flags: ReadonlyMap<string, Flag>,
  settings: Settings,
  createMatcher?: CreateMatcher,
): CheckedSettings {
  const checked = new Map<string, CheckedSetting>()
  for (const [name, { value, rules }] of settings) {
    const definition = flags.get(name)?.definition
    if (definition === undefined) throw new FlagDataError(noSuchFlag(name), { flag: name })
    try {
      const plain = plainSetting(checkValue(name, definition, value))
      const check = (value: unknown, what: string) => checkValue(what, definition, value)
      if (rules && !createMatcher) throw new TypeError(NO_MATCHER)
      const match = rules && createMatcher?.(name, rules, check)
      const fingerprint = JSON.stringify([value, rules])
      checked.set(name, match ? { ...plain, match, fingerprint } : plain)
    } catch (cause) {
      throw new FlagDataError((cause as Error).message, { flag: name, cause })
    }
  }
  return checked
}

const NO_MATCHER = 'Rules need `createMatcher`: publish(settings, createMatcher)'

export function noSuchFlag(name: unknown): string {
  return `There is no flag ${typeof name === 'string' ? JSON.stringify(name) : `of type ${typeof name}`}`
}
