import { equalBytes } from './equal-bytes.ts'

/** Finds the meanings of a request's token; none when the token is missing or unknown. */
export type FindByToken<M> = (request: Request) => Promise<readonly M[]>

/**
 * Makes the check for `Authorization: Bearer …`. It uses WebCrypto, so that it runs wherever `Request` does.
 *
 * @param known - Each token with its meaning.
 * @throws RangeError when a token is too short to be safe. The message never shows the token.
 */
export function byBearerToken<M>(
  known: readonly (readonly [token: string, meaning: M])[],
): FindByToken<M> {
  for (const [token] of known) {
    // Not shown, not even in part: error messages end up in logs.
    if (typeof token !== 'string' || !/^[!-~]{16,}$/.test(token)) {
      throw new RangeError('Each `token` must have 16 or more characters of visible ASCII')
    }
  }
  const digests = Promise.all(known.map(([token]) => sha256(token)))

  return async ({ headers }) => {
    const [, presented = ''] = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
    const digest = await sha256(presented)
    // Digests of one length, each compared in full: the time taken reveals nothing about the tokens.
    const isEqual = (await digests).map((one) => equalBytes(one, digest))
    return known.flatMap(([, meaning], at) => (isEqual[at] ? [meaning] : []))
  }
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
