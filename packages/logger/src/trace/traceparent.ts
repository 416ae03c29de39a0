import { refusal } from '@holdfast/internal'
import type { TraceContext } from './trace-context.ts'

/** That the caller may have recorded the trace. */
export const SAMPLED = 1
/** That the trace id's right-most 7 bytes are random. */
export const RANDOM = 2
const KNOWN_FLAGS = SAMPLED | RANDOM

/** Later versions may add fields to the 55 characters, but not pages. */
const MAX_LENGTH = 512
/** What follows the flags is a later version's. No comma: HTTP puts one between the values of a header sent twice. */
const TRACEPARENT =
  /^[ \t]*(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:[ \t]*|(-[^,]*))$/

/**
 * Reads a `traceparent` header: https://www.w3.org/TR/trace-context-2/#traceparent-header-field-values.
 *
 * The result is the position of whoever sent it, so `spanId` is theirs. A later version is read as far as version 00
 * goes; flags that are not known are 0. Never throws.
 *
 * @returns `undefined` for what is not valid, among it a header that came twice.
 */
export function parseTraceparent(header: unknown): TraceContext | undefined {
  if (typeof header !== 'string' || header.length > MAX_LENGTH) return undefined
  const [, version, traceId, spanId, flags, rest] = TRACEPARENT.exec(header) ?? []
  if (!traceId || !spanId || (version === '00' && rest)) return undefined
  return Object.freeze({ traceId, spanId, flags: Number(`0x${flags}`) & KNOWN_FLAGS })
}

/**
 * Writes a `traceparent` header of version 00, without flags that this version does not know.
 *
 * @throws TypeError naming the field that is wrong, so that nothing else can get into a header by it.
 */
export function formatTraceparent({ traceId, spanId, flags }: TraceContext): string {
  checkId('traceId', traceId, 32)
  checkId('spanId', spanId, 16)
  if (!Number.isInteger(flags) || flags < 0 || flags > 255) {
    throw refusal('flags', flags, 'an integer from 0 to 255')
  }
  return `00-${traceId}-${spanId}-0${flags & KNOWN_FLAGS}`
}

function checkId(field: string, id: unknown, digits: number): void {
  if (typeof id !== 'string' || id.length !== digits || !/^(?!0+$)[0-9a-f]+$/.test(id)) {
    throw refusal(field, id, `${digits} lower-case hexadecimal digits, not all zero`)
  }
}
