import { refusal } from '@holdfast/internal'
import { didYouMean } from './did-you-mean.ts'

/** Whether it is an object, and not an array. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Returns the value. @throws TypeError when it is not an object, or an array. */
export function checkRecord(what: string, value: unknown): Readonly<Record<string, unknown>> {
  if (!isRecord(value)) throw refusal(what, value, 'an object')
  return value
}

/**
 * Returns the value if it is an object that has all the required keys and no unknown ones.
 * @throws TypeError that names the key that is wrong: `rules[0].whne`.
 */
export function checkKeys(
  what: string,
  value: unknown,
  known: readonly string[],
  required: readonly string[],
): Readonly<Record<string, unknown>> {
  const record = checkRecord(what, value)
  for (const key of Object.keys(record)) {
    if (known.includes(key)) continue
    const place = `${what}.${JSON.stringify(key.slice(0, 64)).slice(1, -1)}`
    throw new TypeError(`\`${place}\` is unknown${didYouMean(key, known)}`)
  }
  for (const key of required) {
    if (!Object.hasOwn(record, key)) throw new TypeError(`\`${what}\` must have \`${key}\``)
  }
  return record
}

/** @throws TypeError when it is not an array. */
export function checkList(what: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw refusal(what, value, 'an array')
  return value
}

/** @throws TypeError when it is not a string, or empty. */
export function checkText(what: string, value: unknown): string {
  if (typeof value !== 'string' || value === '')
    throw refusal(what, value, 'a string that is not empty')
  return value
}
