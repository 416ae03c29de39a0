import { checkOptions, type OptionRule, type OptionRules, refusal } from '@holdfast/internal'

/** @throws TypeError when the option is given and is not a list of strings. */
export function checkTexts(option: string, value: readonly string[] | undefined): Set<string> {
  if (value === undefined) return new Set()
  const isList = Array.isArray(value)
  if (isList && value.every((text) => typeof text === 'string')) return new Set(value)
  throw refusal(
    option,
    isList ? value.find((text) => typeof text !== 'string') : value,
    'an array of strings',
  )
}

/**
 * Checks the fields of the option `place`. Errors name them with it, as in `budgets.tokens`.
 *
 * @throws TypeError or RangeError, as `checkOptions`.
 */
export function checkFields<Fields extends object>(
  place: string,
  value: Fields | undefined,
  rules: OptionRules<Fields>,
): void {
  if (value === undefined) return
  if (Object(value) !== value || Array.isArray(value)) throw refusal(place, value, 'an object')
  const placed = Object.entries<OptionRule>(rules).map(([name, rule]) => {
    const full = `${place}.${name}`
    const check = (_: string, field: unknown): void =>
      checkOptions(place, { [full]: field }, { [full]: rule })
    return [name, check]
  })
  checkOptions(place, value, Object.fromEntries(placed))
}
