let processId: string | undefined

/**
 * The ETag of a revision. It begins with an id of this process: revisions count from 1 in each, and an ETag of another
 * process, or of the one before a restart, must not match a different state. Not created at import, where some platforms
 * allow no random values.
 */
export function tagOf(revision: number): string {
  processId ??= crypto.randomUUID().slice(0, 8)
  return `"${processId}-${revision}"`
}

/** Whether an `If-Match` header, a list of ETags or `*`, allows a change at this ETag (RFC 9110, 13.1.1). */
export function matchesTag(header: string | null, tag: string): boolean {
  if (header === null) return true
  return header.split(',').some((part) => ['*', tag].includes(part.trim()))
}
