/** Names of what changes with each call and means nothing, without marks and in lower case. */
const VOLATILE_KEY =
  /^(?:(?:request|trace|span|correlation|invocation|tooluse|call)id|idempotencykey|nonce|timestamp|ts|now|(?:current)?time|(?:asked|checked|requested|fetched|generated|updated)at|(?:elapsed|duration|latency|took)(?:ms|s|seconds)?)$/

/** Whether values under this key change with each call and mean nothing. */
export function isVolatileKey(key: string): boolean {
  return VOLATILE_KEY.test(plain(key))
}

/** Names of identifiers. In the answers to one and the same call another identifier is no news. */
const IDENTIFIER =
  /(?:id|ids|ref|rev|revision|nonce|token|session|etag|csrf|uuid|guid|pid|hash|digest)$/

/** Whether values under this key identify something. */
export function isIdentifierKey(key: string): boolean {
  return IDENTIFIER.test(plain(key))
}

function plain(key: string): string {
  return key.replace(/[^a-zA-Z]/g, '').toLowerCase()
}

// Ids, points in time, and durations. Other numbers matter: a percentage that grows, or the number of a page.
const VOLATILE_TEXT =
  /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d?:\d\d:\d\d(?:\.\d+)?\b|\b\d+(?:\.\d+)? ?(?:ms|s|secs?|seconds?|mins?|minutes?|hrs?|hours?)\b|\b\d+m(?: ?\d+s)\b/gi

// Where one of them may be. Most text has few numbers, and to search only there is several times as fast.
const CANDIDATE =
  /\d[\w:.+-]*(?: (?:m?s|secs?|seconds?|mins?|minutes?|hrs?|hours?)\b)?|(?<![a-z])[a-f]{1,16}\d[\w-]{6,}/gi

/** `data-rev="8f3a"`, `ref=e12`, `pid 4711`: the name of an identifier, and an identifier with a digit in it. */
const NAMED_IDENTIFIER =
  /((?:\b|[-_])(?:id|ref|rev|nonce|token|session|etag|csrf|uuid|pid|hash)["']?\s*(?:[=:]\s*|\s))(["']?)(?=[\w.:-]*\d)[\w.:-]+/gi

/** A text without what changes with each call and means nothing. */
export function withoutVolatile(text: string): string {
  return text
    .replace(CANDIDATE, (found) => found.replace(VOLATILE_TEXT, '#'))
    .replace(NAMED_IDENTIFIER, '$1$2#')
}

/** An error's message without any number: lines, columns, ids, and counts differ each time. */
export function withoutNumbers(message: string): string {
  return withoutVolatile(message.slice(0, MAX_MESSAGE)).replace(/\d+/g, '#')
}

/** An error's message without what it quotes of the input: texts in quotation marks, paths, addresses, and numbers. */
export function withoutNames(message: string): string {
  return message
    .slice(0, MAX_MESSAGE)
    .replace(/"[^"]*"|'[^']*'|`[^`]*`|\S*[/\\]\S*|\b[\w-]+\.\w[\w.-]*/g, '#')
    .replace(/\S*\d\S*/g, '#')
}

const MAX_MESSAGE = 4096
