import { readProperty } from './read-property.ts'

/**
 * Checks that a handler got a web `Request`. Node's own server, Express, and Fastify pass requests of another kind.
 *
 * @param entry - The entry that exports `toNodeListener` to the user: `@holdfast/metrics/node`.
 * @throws TypeError that tells how to adapt the handler.
 */
export function checkWebRequest(request: unknown, entry: string): void {
  if (typeof readProperty(readProperty(request, 'headers'), 'get') === 'function') return
  throw new TypeError(
    `This handler takes a web \`Request\`. For \`http.createServer\`, Express, or Fastify, wrap it in \`toNodeListener(handler)\` from \`${entry}\``,
  )
}
