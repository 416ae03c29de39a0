import { equalBytes } from './equal-bytes.ts'

/** Finds what the token of a request stands for: nothing, unless it is one of those known. */
export type FindByToken<M> = (request: Request) => Promise<readonly M[]>

/**
 * Makes the check for `Authorization: Bearer …`. By WebCrypto, so that it runs wherever `Request` does.
 *
 * @param known - Each token with what it stands for.
 * @throws RangeError when a token is too easy to guess, never showing it.
 */
export function byBearerToken<M>(
  known: readonly (readonly [token: string, meaning: M])[],
): FindByToken<M> {
  for (const [token] of known) {
    // Not shown, not even a short one: others read the log too.
    if (!/^[!-~]{16,}$/.test(token)) {
      throw new RangeError('Each `token` must have 16 or more characters of visible ASCII')
    }
  }
  const digests = Promise.all(known.map(([token]) => sha256(token)))

  return async ({ headers }) => {
    const [, presented = ''] = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
    const digest = await sha256(presented)
    // Every one is compared, in full: how long it takes tells nothing of length, content or place.
    const isEqual = (await digests).map((one) => equalBytes(one, digest))
    return known.flatMap(([, meaning], at) => (isEqual[at] ? [meaning] : []))
  }
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}
