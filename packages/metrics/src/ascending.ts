import { checkNumber, type NumberRule, refusal } from '@holdfast/internal'

/**
 * Bounds or quantiles in order, free of the caller's list.
 *
 * @throws RangeError or TypeError when they are no list of numbers that the rule allows, or one comes twice.
 */
export function ascending(option: string, given: readonly number[], rule: NumberRule): number[] {
  if (!Array.isArray(given)) throw refusal(option, given, 'a list of numbers')
  for (const value of given) checkNumber(option, value, rule)
  if (new Set(given).size < given.length) {
    throw refusal(option, given.join(', '), 'numbers of which none comes twice', RangeError)
  }
  return given.toSorted((a, b) => a - b)
}
