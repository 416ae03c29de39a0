import { readProperty } from '@holdfast/internal'

/**
 * The message of whatever was thrown. By its property: an error of another realm, such as that of a test runner, is no
 * instance of `Error` here.
 */
export function messageOf(thrown: unknown): string {
  const message = readProperty(thrown, 'message')
  if (typeof message === 'string') return message
  return Object(thrown) === thrown ? 'an object without a message was thrown' : String(thrown)
}
