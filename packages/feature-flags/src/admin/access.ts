import { byBearerToken } from '@holdfast/internal'

/** Who asks, and whether they may change anything. */
export interface Access {
  /** Stands in the history of what they change. */
  readonly actor: string
  readonly write: boolean
}

/** Tokens by what they allow. Several, so that one can be replaced while the other is in use. */
export interface AdminTokens {
  /** Look, change nothing. */
  readonly read?: string | readonly string[] | undefined
  /** Look and change. */
  readonly write?: string | readonly string[] | undefined
}

/** How requests are told apart from those of strangers. */
export interface AccessOptions {
  /**
   * What `Authorization: Bearer …` must carry: one token for everything, or some for each scope. Each has 16 or more
   * characters of visible ASCII. Default: none, and nobody gets in.
   */
  readonly token?: string | AdminTokens | undefined
  /**
   * Says who asks, in place of a token: `undefined` for a stranger. It must not read the body. Where it goes by cookies,
   * it is also what must refuse the requests that other sites make.
   */
  readonly authorize?: FindAccess | undefined
}

type FindAccess = (request: Request) => Access | undefined | Promise<Access | undefined>

/**
 * How to find out who asks by these tokens; `undefined` when there are none.
 *
 * @throws RangeError naming the option that is wrong, and never showing the token.
 */
export function byToken(token: AccessOptions['token']): FindAccess | undefined {
  const tokens = typeof token === 'object' && token ? token : { write: token }
  const known = [
    ...listOf(tokens.read).map((token) => [token, 'read'] as const),
    ...listOf(tokens.write).map((token) => [token, 'write'] as const),
  ]
  if (known.length === 0) return undefined
  const findScopes = byBearerToken(known)

  return async (request) => {
    const scopes = await findScopes(request)
    if (scopes.length === 0) return undefined
    const name = request.headers.get('x-actor')
    // Fit for a line of a log.
    const suffix = name ? `:${name.replace(/[^ -~]/g, '?').slice(0, 128)}` : ''
    return { actor: `admin${suffix}`, write: scopes.includes('write') }
  }
}

function listOf(tokens: string | readonly string[] | undefined): readonly string[] {
  return [tokens ?? []].flat()
}
