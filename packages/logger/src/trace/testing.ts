import * as fc from 'fast-check'
import type { TraceContext } from './trace-context.ts'
import type { TracestateEntry } from './tracestate.ts'

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
export const SPAN_ID = '00f067aa0ba902b7'
export const TRACEPARENT: string = `00-${TRACE_ID}-${SPAN_ID}-01`

/** What is sent for a span of the trace above. */
export const SENT: RegExp = new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`)

const chars = (text: string, minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...text), minLength, maxLength })
const hex = (length: number): fc.Arbitrary<string> => chars('0123456789abcdef', length, length)
const id = (length: number): fc.Arbitrary<string> => hex(length).filter((id) => /[^0]/.test(id))

const printable = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, index) => from + index))
const VALUE_END = `${printable(0x21, 0x2b)}${printable(0x2d, 0x3c)}${printable(0x3e, 0x7e)}`
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Any valid position, as it is on the wire. */
export const anyTrace: fc.Arbitrary<TraceContext> = fc.record({
  traceId: id(32),
  spanId: id(16),
  flags: fc.integer({ min: 0, max: 3 }),
})

/** Any valid header of any version. */
export const anyTraceparent: fc.Arbitrary<string> = fc
  .tuple(
    chars(' \t', 0, 2),
    hex(2).filter((version) => version !== 'ff'),
    id(32),
    id(16),
    hex(2),
    fc.constantFrom('', '-', '-what the future-will\tbe'),
    chars(' \t', 0, 2),
  )
  .map(([before, version, traceId, spanId, flags, rest, after]) => {
    const future = version === '00' ? '' : rest
    return `${before}${version}-${traceId}-${spanId}-${flags}${future}${after}`
  })

/** Any valid entry. */
export const anyEntry: fc.Arbitrary<TracestateEntry> = fc
  .tuple(
    chars(LETTERS, 1, 1),
    chars(`${LETTERS}_-*/@`, 0, 255),
    chars(` ${VALUE_END}`, 0, 255),
    chars(VALUE_END, 1, 1),
  )
  .map(([first, key, value, last]) => [`${first}${key}`, `${value}${last}`])

/** Short entries, so that 32 of them have room. */
export const anyShortEntry: fc.Arbitrary<TracestateEntry> = fc
  .tuple(chars(LETTERS, 2, 4), chars(VALUE_END, 1, 4))
  .map(([key, value]) => [key, value])

/** Text that is, in one place or two, not what it was: most often wrong, and now and then still right. */
export function nearMisses(valid: fc.Arbitrary<string>, alphabet: string): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.nat(),
    remove: fc.integer({ min: 0, max: 2 }),
    insert: chars(alphabet, 0, 2),
  })
  return fc.tuple(valid, fc.array(edit, { minLength: 1, maxLength: 2 })).map(([text, edits]) =>
    edits.reduce((text, { at, remove, insert }) => {
      const index = at % (text.length + 1)
      return text.slice(0, index) + insert + text.slice(index + remove)
    }, text),
  )
}

const trap = (): never => {
  throw new Error('A trap')
}

/** Values that are no text, or text only when somebody asks. */
export const hostileValues: readonly (readonly [name: string, value: unknown])[] = [
  ['undefined', undefined],
  ['null', null],
  ['a number', 0],
  ['no number', Number.NaN],
  ['a big integer', 1n],
  ['a boolean', true],
  ['a symbol', Symbol('traceparent')],
  ['a list', []],
  ['a list of symbols', [Symbol('traceparent')]],
  ['an object', {}],
  ['an object that becomes text', { toString: () => TRACEPARENT }],
  ['a boxed text', new String(TRACEPARENT)],
  ['a function', () => TRACEPARENT],
  ['an object of traps', new Proxy({}, { get: trap, has: trap, ownKeys: trap })],
]
