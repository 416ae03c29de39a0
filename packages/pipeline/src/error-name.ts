import { readProperty } from '@holdfast/internal'

/** What an event says of an error: its name, or what kind of value was thrown instead of an error. */
export function errorNameOf(error: unknown): string {
  const name = readProperty(error, 'name')
  return typeof name === 'string' ? name : typeof error
}
