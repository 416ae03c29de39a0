import { refusal } from '@holdfast/internal'

/**
 * A label's value as it is written.
 *
 * @param owner - Whose label it is, for the message.
 * @throws TypeError when it is no string, number or boolean.
 */
export function labelText(owner: string, label: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw refusal(`${owner}{${label}}`, value, 'a string, a number or a boolean')
}

/** Half a surrogate pair would be sent as U+FFFD: kept as anything else, it would make two series that look the same. */
export const unicode = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd')
