import { readProperty } from '../read-property.ts'

/** How many errors are read along `cause` and `errors`. This also ends a chain that leads back to itself. */
export const MAX_ERRORS = 50

/** The errors that an aggregate holds, at most {@link MAX_ERRORS} of them. */
export function wrappedErrors(error: unknown): readonly unknown[] {
  const errors = readProperty(error, 'errors')
  return Array.isArray(errors) ? errors.slice(0, MAX_ERRORS) : []
}
