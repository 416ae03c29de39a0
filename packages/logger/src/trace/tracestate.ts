import { refusal } from '@holdfast/internal'
import type { TraceContext } from './trace-context.ts'

/** What one tracing system passes along. */
export type TracestateEntry = readonly [key: string, value: string]

const MAX_ENTRIES = 32
/** Of 32 entries with the longest keys and values, and the commas between. */
const MAX_LENGTH = MAX_ENTRIES * 514 - 1
/** What every system should pass on. */
const MAX_SENT = 512
/** Entries above this go first when there is too much to send. */
const LONG_ENTRY = 128
const ENTRY = /^([a-z0-9][a-z0-9_\-*/@]{0,255})=([ -+\--<>-~]{0,255}[!-+\--<>-~])$/

/**
 * Reads a `tracestate` header, newest entry first: https://www.w3.org/TR/trace-context-2/#tracestate-header. Of several
 * headers give the values in order with commas between, as Node and `Headers` do. Never throws.
 *
 * @returns no entries for an empty header; `undefined` if anything in it is wrong, a key comes twice, or there are more
 * than 32 entries: all of it is to be dropped then, but not the `traceparent` that it came with.
 */
export function parseTracestate(header: unknown): TracestateEntry[] | undefined {
  if (typeof header !== 'string' || header.length > MAX_LENGTH) return undefined
  // Else trimming would take away more than spaces and tabs.
  if (!/^[\t -~]*$/.test(header)) return undefined
  const entries = new Map<string, string>()
  for (const part of header.split(',')) {
    const member = part.trim()
    if (!member) continue
    const [, key, value] = ENTRY.exec(member) ?? []
    if (!key || !value || entries.has(key)) return undefined
    entries.set(key, value)
  }
  return entries.size > MAX_ENTRIES ? undefined : [...entries]
}

/**
 * Writes a `tracestate` header of at most 32 entries and 512 characters. When that is too little room, entries of more
 * than 128 characters are left out first, then any, from the right. Of two with the same key the first is kept.
 *
 * @returns an empty text if there is nothing to send.
 * @throws TypeError for an entry that is not valid.
 */
export function formatTracestate(entries: Iterable<TracestateEntry>): string {
  const members = new Map<string, string>()
  for (const [key, value] of entries) {
    const member = `${key}=${value}`
    if (!ENTRY.test(member)) throw refusal('tracestate entry', member, 'a valid key=value')
    if (!members.has(key)) members.set(key, member)
  }
  const kept = [...members.values()].slice(0, MAX_ENTRIES)
  let text = kept.join()
  for (const allowed of [LONG_ENTRY, 0]) {
    for (let index = kept.length - 1; index >= 0 && text.length > MAX_SENT; index--) {
      if ((kept[index] as string).length > allowed) {
        kept.splice(index, 1)
        text = kept.join()
      }
    }
  }
  return text
}

/**
 * The same position with an entry of one's own, as the newest, in place of any before it with that key.
 *
 * @throws TypeError when key or value is not valid.
 */
export function withTracestate(trace: TraceContext, key: string, value: string): TraceContext {
  const state = formatTracestate([[key, value], ...(parseTracestate(trace.state) ?? [])])
  return Object.freeze({ ...trace, state })
}
