/** The parts of a web `Request` that the check reads. */
interface CheckedRequest {
  readonly url: string
  readonly headers: Pick<Headers, 'get'>
}

/**
 * Makes a check that keeps web pages from using an endpoint of operators through the browser of somebody who can reach
 * it. It returns what is wrong, for the answer (403), or `undefined`.
 *
 * - `Host`: an attacker can let a domain of theirs resolve to an internal address (DNS rebinding), and then the browser
 *   sends that domain as the host. So the host must be an IP address, a name that public DNS does not serve (one without
 *   a dot, or below `localhost`, `local`, `internal`, `test`, or `home.arpa`), or one of `hosts`.
 * - `Origin`: browsers send it with each request of another site that could change something. If there is one, it must
 *   be the host that the request is for, or one of `hosts`. Clients such as curl send none.
 *
 * @param hosts - More host names to accept, without port. Compared without regard to case.
 */
export function createHostCheck(
  hosts: readonly string[] = [],
): (request: CheckedRequest) => string | undefined {
  const listed = new Set(hosts.map((host) => host.toLowerCase()))
  return ({ url, headers }) => {
    const { host, hostname } = new URL(url)
    if (!isPrivate(hostname) && !listed.has(hostname)) {
      return 'This host name is not accepted: use an IP address, or add the name to the option `hosts`'
    }
    const origin = headers.get('origin')
    if (origin === null) return undefined
    const from = parseUrl(origin)
    if (from && (from.host === host || listed.has(from.hostname))) return undefined
    return 'Requests from pages of another origin are not accepted, unless the option `hosts` has its host name'
  }
}

const PRIVATE_NAME = /^[^.]+\.?$|(?:^|\.)(?:localhost|local|internal|test|home\.arpa)\.?$/

/** As `URL` writes host names: in lower case, IPv4 as four decimal numbers, IPv6 in brackets. */
function isPrivate(hostname: string): boolean {
  return hostname.startsWith('[') || /^[\d.]+$/.test(hostname) || PRIVATE_NAME.test(hostname)
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}
