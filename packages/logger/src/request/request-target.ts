import { readProperty } from '@holdfast/internal'

/** Scheme, credentials and host, which a proxy is sent and a web request has; then what is before query and fragment. */
const PATH = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?([^?#]*)/i

/** The path of a request's target. What follows it may be secret, and so may credentials before it. */
export const pathOf = (target: string): string => PATH.exec(target)?.[1] || '/'

/** The pattern of the route that Express is at, when it has answered. */
export function expressRoute(request: object): string | undefined {
  const path = readProperty(readProperty(request, 'route'), 'path')
  // One path, a list of them, or a regular expression.
  return path === undefined ? undefined : `${readProperty(request, 'baseUrl') ?? ''}${path}`
}
