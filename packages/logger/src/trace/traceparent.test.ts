import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyTrace,
  anyTraceparent,
  hostileValues,
  nearMisses,
  SPAN_ID,
  TRACE_ID,
  TRACEPARENT,
} from './testing.ts'
import type { TraceContext } from './trace-context.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

const trace = { traceId: TRACE_ID, spanId: SPAN_ID, flags: 1 }
const ids = `${TRACE_ID}-${SPAN_ID}`

/** The rules once more, one character after the other. */
function isValid(header: string): boolean {
  const isHex = (text: string, length: number) =>
    text.length === length && [...text].every((char) => '0123456789abcdef'.includes(char))
  const isId = (text: string, length: number) => isHex(text, length) && !/^0*$/.test(text)
  const start = [...header].findIndex((char) => char !== ' ' && char !== '\t')
  const text = header.slice(start)
  const rest = text.slice(55)
  const isEnd = [...rest].every((char) => char === ' ' || char === '\t')
  return (
    isHex(text.slice(0, 2), 2) &&
    text.slice(0, 2) !== 'ff' &&
    [2, 35, 52].every((index) => text[index] === '-') &&
    isId(text.slice(3, 35), 32) &&
    isId(text.slice(36, 52), 16) &&
    isHex(text.slice(53, 55), 2) &&
    (isEnd || (text.slice(0, 2) !== '00' && rest[0] === '-' && !rest.includes(',')))
  )
}

describe('parseTraceparent', () => {
  test('gives the position of the sender, frozen', () => {
    const parsed = parseTraceparent(TRACEPARENT)
    expect(parsed).toEqual(trace)
    expect(Object.isFrozen(parsed)).toBe(true)
  })

  test.each([
    ['sampled', '01', 1],
    ['not sampled', '00', 0],
    ['random', '02', 2],
    ['both', '03', 3],
    ['an unknown bit is 0', '04', 0],
    ['unknown bits beside known ones are 0', '09', 1],
    ['all bits', 'ff', 3],
  ])('trace-flags: %s', (_, flags, read) => {
    expect(parseTraceparent(`00-${ids}-${flags}`)).toEqual({ ...trace, flags: read })
  })

  test.each([
    ['a space before', ` ${TRACEPARENT}`],
    ['a tab before', `\t${TRACEPARENT}`],
    ['a space after', `${TRACEPARENT} `],
    ['a tab after', `${TRACEPARENT}\t`],
    ['both on both sides', `\t ${TRACEPARENT} \t`],
    ['a later version of the same length', `cc-${ids}-01`],
    ['a later version with more', `cc-${ids}-01-what-the-future-will-be-like`],
    ['a later version with a dash', `01-${ids}-01-`],
    ['version fe', `fe-${ids}-01`],
  ])('takes %s', (_, header) => {
    expect(parseTraceparent(header)).toEqual(trace)
  })

  test.each([
    ['an empty header', ''],
    ['version ff', `ff-${ids}-01`],
    ['an upper-case version', `CC-${ids}-01`],
    ['a version with another character', `.0-${ids}-01`],
    ['a version with another character, second', `0.-${ids}-01`],
    ['a version that is too long', `000-${ids}-01`],
    ['a version that is much too long', `0000-${ids}-01`],
    ['a version that is too short', `0-${ids}-01`],
    ['version 00 with one more character', `${TRACEPARENT}.`],
    ['version 00 with more', `${TRACEPARENT}-what-the-future-will-be-like`],
    ['version 00 with a dash', `${TRACEPARENT}-`],
    ['a later version with more after no dash', `cc-${ids}-01.what-the-future-will-be-like`],
    ['a later version that is too short', `cc-${ids}-0`],
    ['a trace-id of zeros', `00-${'0'.repeat(32)}-${SPAN_ID}-01`],
    ['a trace-id with another character', `00-.${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['a trace-id with another character, last', `00-${TRACE_ID.slice(1)}.-${SPAN_ID}-01`],
    ['a trace-id that is too long', `00-${TRACE_ID}1-${SPAN_ID}-01`],
    ['a trace-id that is too short', `00-${TRACE_ID.slice(1)}-${SPAN_ID}-01`],
    ['an upper-case trace-id', `00-${TRACE_ID.toUpperCase()}-${SPAN_ID}-01`],
    ['a parent-id of zeros', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['a parent-id with another character', `00-${TRACE_ID}-.${SPAN_ID.slice(1)}-01`],
    ['a parent-id with another character, last', `00-${TRACE_ID}-${SPAN_ID.slice(1)}.-01`],
    ['a parent-id that is too long', `00-${TRACE_ID}-${SPAN_ID}1-01`],
    ['a parent-id that is too short', `00-${TRACE_ID}-${SPAN_ID.slice(1)}-01`],
    ['an upper-case parent-id', `00-${TRACE_ID}-${SPAN_ID.toUpperCase()}-01`],
    ['trace-flags with another character', `00-${ids}-.0`],
    ['trace-flags with another character, second', `00-${ids}-0.`],
    ['trace-flags that are too long', `00-${ids}-001`],
    ['trace-flags that are too short', `00-${ids}-1`],
    ['upper-case trace-flags', `00-${ids}-0A`],
    ['no dashes', TRACEPARENT.replaceAll('-', '')],
    ['a header sent twice', `${TRACEPARENT}, ${TRACEPARENT}`],
    ['a header sent twice, later version', `cc-${ids}-01, cc-${ids}-01`],
    ['a header sent twice, later version with more', `cc-${ids}-01-a, cc-${ids}-01-a`],
    ['a line break before', `\n${TRACEPARENT}`],
    ['a line break after', `${TRACEPARENT}\n`],
    ['a no-break space', `\u00a0${TRACEPARENT}`],
    ['full-width digits', `00-${ids}-０１`],
    ['two headers in one', `${TRACEPARENT}\r\ntraceparent: ${TRACEPARENT}`],
  ])('refuses %s', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })

  test('takes later versions up to 512 characters', () => {
    const header = `cc-${ids}-01-`.padEnd(512, 'x')
    expect(parseTraceparent(header)).toEqual(trace)
    expect(parseTraceparent(`${header}x`)).toBeUndefined()
  })

  test.each(hostileValues)('does not throw for %s', (_, value) => {
    expect(parseTraceparent(value)).toBeUndefined()
  })

  test('takes no time for a header of any length', () => {
    const start = performance.now()
    for (const header of [' '.repeat(5e6), `cc-${ids}-01-`.padEnd(5e6, '-'), '0'.repeat(5e6)]) {
      for (let round = 0; round < 1000; round++) parseTraceparent(header)
    }
    expect(performance.now() - start).toBeLessThan(1000)
  })

  test('takes what is valid, and nothing else', () => {
    const headers = fc.oneof(
      anyTraceparent,
      nearMisses(anyTraceparent, '0afgF-, \t\n'),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(headers, (header) => {
        const parsed = parseTraceparent(header)
        expect(parsed !== undefined).toBe(isValid(header))
        if (parsed) expect(header).toContain(`-${parsed.traceId}-${parsed.spanId}-`)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('formatTraceparent', () => {
  test('writes version 00, also of what came in a later one', () => {
    expect(formatTraceparent(trace)).toBe(TRACEPARENT)
    const later = parseTraceparent(`cc-${ids}-ff-more`) as TraceContext
    expect(formatTraceparent(later)).toBe(`00-${ids}-03`)
  })

  test('is undone by parsing', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        expect(parseTraceparent(formatTraceparent(trace))).toEqual(trace)
      }),
    )
  })

  test('writes what was parsed as it is', () => {
    fc.assert(
      fc.property(anyTrace, (trace) => {
        const header = formatTraceparent(trace)
        expect(formatTraceparent(parseTraceparent(header) as TraceContext)).toBe(header)
        expect(header).toHaveLength(55)
      }),
    )
  })

  test('sets unknown flags to 0', () => {
    expect(formatTraceparent({ ...trace, flags: 255 })).toBe(`00-${ids}-03`)
    expect(formatTraceparent({ ...trace, flags: 4 })).toBe(`00-${ids}-00`)
  })

  test.each<[string, object]>([
    ['traceId', { traceId: undefined }],
    ['traceId', { traceId: '' }],
    ['traceId', { traceId: TRACE_ID.toUpperCase() }],
    ['traceId', { traceId: '0'.repeat(32) }],
    ['traceId', { traceId: TRACE_ID.slice(1) }],
    ['traceId', { traceId: `${TRACE_ID}0` }],
    ['traceId', { traceId: `${TRACE_ID.slice(2)}\r\n` }],
    ['traceId', { traceId: `${TRACE_ID.slice(1)}\n` }],
    ['traceId', { traceId: [TRACE_ID] }],
    ['spanId', { spanId: undefined }],
    ['spanId', { spanId: '0'.repeat(16) }],
    ['spanId', { spanId: `${SPAN_ID}\r\nx: y` }],
    ['spanId', { spanId: TRACE_ID }],
    ['spanId', { spanId: { toString: () => SPAN_ID, length: 16 } }],
    ['flags', { flags: undefined }],
    ['flags', { flags: '01' }],
    ['flags', { flags: -1 }],
    ['flags', { flags: 256 }],
    ['flags', { flags: 0.5 }],
    ['flags', { flags: Number.NaN }],
  ])('names %s that is wrong: %o', (field, wrong) => {
    const format = () => formatTraceparent({ ...trace, ...wrong })
    expect(format).toThrow(TypeError)
    expect(format).toThrow(`\`${field}\` must be`)
  })

  test('never writes what is no header', () => {
    const part = fc.oneof(fc.string(), nearMisses(fc.constant(TRACE_ID), '0\r\n-A'), fc.anything())
    const flags = fc.oneof(fc.integer(), fc.double(), fc.anything())
    fc.assert(
      fc.property(part, part, flags, (traceId, spanId, flags) => {
        try {
          const made = { ...trace, traceId, spanId: String(spanId).slice(0, 16), flags }
          expect(isValid(formatTraceparent(made as TraceContext))).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
      }),
    )
  })
})
