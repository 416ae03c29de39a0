/**
 * Whether an `Accept-Encoding` header takes gzip: by its own name or by `*`, with a quality above 0 (RFC 9110, 12.5.3).
 * Where there is no header the answer goes out as it is.
 */
export function acceptsGzip(header: string | null): boolean {
  let any = false
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [coding, ...parameters] = part.split(';').map((piece) => piece.trim())
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
    const taken = Number(quality) > 0
    // What is said of gzip counts more than what is said of all.
    if (coding === 'gzip' || coding === 'x-gzip') return taken
    if (coding === '*') any = taken
  }
  return any
}
