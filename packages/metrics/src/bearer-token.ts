/** Whether a request carries a token that is known. */
export type HasToken = (request: Request) => Promise<boolean>

/**
 * Makes the check for `Authorization: Bearer …`.
 *
 * @throws RangeError when a token is too easy to guess, never showing it.
 */
export function bearerToken(tokens: readonly string[]): HasToken {
  for (const token of tokens) {
    // Not shown, not even a short one: others read the log too.
    if (!/^[!-~]{16,}$/.test(token)) {
      throw new RangeError('Each `token` must have 16 or more characters of visible ASCII')
    }
  }
  const known = Promise.all(tokens.map(sha256))

  return async ({ headers }) => {
    const [, presented = ''] = /^bearer +(\S+)$/i.exec(headers.get('authorization') ?? '') ?? []
    const digest = await sha256(presented)
    // Every one is compared, in full: how long it takes tells nothing of length, content or place.
    return (await known).filter((one) => equal(one, digest)).length > 0
  }
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
}

/** Looks at every byte, whatever the first says. */
function equal(a: Uint8Array, b: Uint8Array): boolean {
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= (a[at] as number) ^ (b[at] as number)
  return difference === 0
}
