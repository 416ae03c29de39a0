import { refusal } from '@holdfast/internal'

/** A label's value as text, if it may be one. */
export function labelText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/**
 * A label's value as it is written.
 *
 * @param owner - Whose label it is, for the message.
 * @throws TypeError when it is no string, number or boolean.
 */
export function checkLabelValue(owner: string, label: string, value: unknown): string {
  const text = labelText(value)
  if (text === undefined) {
    throw refusal(`${owner}{${label}}`, value, 'a string, a number or a boolean')
  }
  // Half a surrogate pair is sent as U+FFFD: kept as anything else, it would make two series that look the same.
  return text.replace(/\p{Surrogate}/gu, '\ufffd')
}
