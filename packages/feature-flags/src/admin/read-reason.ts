import { Problem } from './problem.ts'
import type { Fields } from './read-body.ts'

/**
 * The reason of a change, from the body or from the query: the body of a DELETE may get lost on the way. Other parameters
 * of the query, and a reason where nothing changes, are refused, so that nothing that a client asks for is ignored.
 *
 * @throws Problem that says what is wrong.
 */
export function readReason(
  fields: Fields,
  query: URLSearchParams,
  { isChange, isRequired }: { readonly isChange: boolean; readonly isRequired: boolean },
): string | undefined {
  const unknown = [...query.keys()].find((name) => !isChange || name !== 'reason')
  if (unknown !== undefined) {
    throw new Problem(422, `${JSON.stringify(unknown.slice(0, 64))} is no query parameter here`)
  }
  const given = query.getAll('reason')
  if (Object.hasOwn(fields, 'reason')) given.push(fields['reason'] as string)
  if (given.length > 1)
    throw new Problem(422, '`reason` must be given once, in the body or in the query')
  const reason: unknown = given[0]
  if (reason === undefined && !isRequired) return undefined
  // It ends up in logs: no control characters, no second line, no lone surrogates.
  const isText = typeof reason === 'string' && reason.trim() !== '' && reason.length <= 500
  if (isText && !/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u.test(reason)) return reason
  throw new Problem(422, '`reason` must be a text of 1 to 500 characters on one line')
}
