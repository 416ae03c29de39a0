import { readProperty } from '@holdfast/internal'

/** Whether it is an error, of this realm or of another. What throws when it is looked at is none. */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false
  try {
    return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
  } catch {
    return false
  }
}

/** What kind of error it is: its name, or that of its class where nobody gave it one. */
export function typeOf(error: object): string {
  const name = readProperty(error, 'name')
  if (typeof name === 'string' && name !== 'Error') return name
  const className = readProperty(readProperty(error, 'constructor'), 'name')
  return typeof className === 'string' && className ? className : 'Error'
}
