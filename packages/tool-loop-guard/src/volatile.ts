/** Names of what changes with each call and means nothing, without marks and in lower case. */
const VOLATILE_KEY =
  /^(?:(?:request|trace|span|correlation|invocation|tooluse|call)id|idempotencykey|nonce|timestamp|ts|now|(?:current)?time|(?:asked|checked|requested|fetched|generated|updated)at|(?:elapsed|duration|latency|took)(?:ms)?)$/

/** Whether values under this key change with each call and mean nothing. */
export function isVolatileKey(key: string): boolean {
  return VOLATILE_KEY.test(key.replace(/[^a-zA-Z]/g, '').toLowerCase())
}

// Ids, points in time, and times that were measured. Other numbers tell: of a percentage that grows, or a page.
const VOLATILE_TEXT =
  /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:\.\d+)?\b|\b\d+\.\d+ ?m?s\b/gi

// Where one of them may be. Most text has few numbers, and to look there only is several times as fast.
const CANDIDATE = /\d[\w:.+-]{3,}(?: m?s\b)?|(?<![a-z])[a-f]{1,16}\d[\w-]{6,}/gi

/** A short text without what changes each time and means nothing. */
export function withoutVolatile(text: string): string {
  return text.replace(CANDIDATE, (found) => found.replace(VOLATILE_TEXT, '#'))
}

/** An error's message without any number: lines, columns, ids and counts come out otherwise each time. */
export function withoutNumbers(message: string): string {
  return withoutVolatile(message.slice(0, MAX_MESSAGE)).replace(/\d+/g, '#')
}

const MAX_MESSAGE = 4096
