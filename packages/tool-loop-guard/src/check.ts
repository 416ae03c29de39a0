import { refusal } from '@holdfast/internal'

/** @throws TypeError when it is given and no object. */
export function checkObject<T extends object>(option: string, value: T | undefined): Partial<T> {
  if (value === undefined) return {}
  if (Object(value) !== value) throw refusal(option, value, 'an object')
  return value
}

/** @throws TypeError when it is given and no list of strings. */
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
