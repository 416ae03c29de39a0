import { canonicalJson } from './canonical-json.ts'
import { noSuchFlag } from './check-flag.ts'
import type { Settings } from './definition.ts'
import { FlagDataError } from './errors.ts'
import type { CreateMatcher, Matcher } from './match-rules.ts'
import { type CheckedSetting, type CheckedSettings, type Flag, plainSetting } from './resolve.ts'
import { checkValue } from './value.ts'

/**
 * Checks the settings of a source: all of them are accepted, or none.
 *
 * @throws FlagDataError naming the flag that does not exist, or does not accept its value or rules.
 */
export function checkSettings(
  flags: ReadonlyMap<string, Flag>,
  settings: Settings,
  createMatcher?: CreateMatcher,
): CheckedSettings {
  const checked = new Map<string, CheckedSetting>()
  for (const [name, { value, rules }] of settings) {
    const definition = flags.get(name)?.definition
    if (definition === undefined) {
      throw new FlagDataError(noSuchFlag(name, flags.keys()), { flag: name })
    }
    try {
      const plain = plainSetting(checkValue(name, definition, value))
      const check = (value: unknown, what: string) => checkValue(what, definition, value)
      if (rules && !createMatcher) throw new TypeError(NO_MATCHER)
      const match = rules && neverThrowing(createMatcher?.(name, rules, check))
      const fingerprint = canonicalJson([plain.value, rules])
      checked.set(name, match ? { ...plain, match, fingerprint } : plain)
    } catch (cause) {
      throw new FlagDataError((cause as Error).message, { flag: name, cause })
    }
  }
  return checked
}

/** A matcher that is not ours may throw; evaluation never does. Then no rule matches. */
function neverThrowing(match: Matcher | undefined): Matcher | undefined {
  return (
    match &&
    ((context) => {
      try {
        return match(context)
      } catch {
        return undefined
      }
    })
  )
}

const NO_MATCHER = 'Rules need `createMatcher`: publish(settings, createMatcher)'
