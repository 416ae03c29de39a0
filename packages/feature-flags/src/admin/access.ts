import { byBearerToken, refusal } from '@holdfast/internal'
import { checkKeys } from '../check-shape.ts'

/** Who sends a request, and whether they may change anything. */
export interface Access {
  /** The actor of their changes in the history. */
  readonly actor: string
  readonly write: boolean
}

/** Tokens by what they allow. A list lets you replace one token while the other is still in use. */
export interface AdminTokens {
  /** For looking only. */
  readonly read?: string | readonly string[] | undefined
  /** For looking and changing. */
  readonly write?: string | readonly string[] | undefined
}

/** How the endpoints recognize who may use them. */
export interface AccessOptions {
  /**
   * The tokens that `Authorization: Bearer …` must carry: one or a list for everything, or separate ones for each scope.
   * A token has 16 or more characters of visible ASCII. Default: none, and every request is refused.
   */
  readonly token?: string | readonly string[] | AdminTokens | undefined
  /**
   * Determines who sends a request, in place of a token; returns `undefined` for a stranger. It must not read the body.
   */
  readonly authorize?: FindAccess | undefined
}

type FindAccess = (request: Request) => Access | undefined | Promise<Access | undefined>

/**
 * Makes the function that recognizes these tokens; `undefined` when there are none.
 *
 * @throws RangeError or TypeError naming the option that is wrong. The message never shows a token.
 */
export function byToken(token: AccessOptions['token']): FindAccess | undefined {
  const { read, write } = tokensOf(token)
  const known = [
    ...listOf(read).map((token) => [token, 'read'] as const),
    ...listOf(write).map((token) => [token, 'write'] as const),
  ]
  if (known.length === 0) return undefined
  const findScopes = byBearerToken(known)

  return async (request) => {
    const scopes = await findScopes(request)
    if (scopes.length === 0) return undefined
    const name = request.headers.get('x-actor')
    // Printable, on one line, and short, since it ends up in logs.
    const suffix = name ? `:${name.slice(0, 128).replace(/[^ -~]/g, '?')}` : ''
    return { actor: `admin${suffix}`, write: scopes.includes('write') }
  }
}

function tokensOf(token: AccessOptions['token']): AdminTokens {
  if (typeof token !== 'object' || token === null) return { write: token }
  if (isList(token)) return { write: token }
  return checkKeys('token', token, ['read', 'write'], []) as AdminTokens
}

function listOf(tokens: string | readonly string[] | undefined): readonly string[] {
  return [tokens ?? []].flat()
}

const isList = (value: unknown): value is readonly string[] => Array.isArray(value)

/** Returns what `authorize` found. @throws TypeError when that is not what it may return. */
export function checkAccess(access: Access | undefined): Access | undefined {
  if (!access || typeof access.actor === 'string') return access
  throw refusal('authorize()', access, '{ actor, write } or undefined')
}
