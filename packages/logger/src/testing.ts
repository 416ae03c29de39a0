import * as fc from 'fast-check'
import { createLogger, type LoggerOptions } from './create-logger.ts'
import type { Logger } from './logger.ts'

/** A line, parsed. */
export type Line = Readonly<Record<string, unknown>>

/** A logger with what it has written. */
export interface Collected {
  readonly log: Logger
  /** As they are. */
  readonly texts: string[]
  /** The only line so far, without its time. Takes it out. */
  line(): Line
}

/** A logger that writes to a list. */
export function collect(options: LoggerOptions = {}): Collected {
  const texts: string[] = []
  const write = (text: string): void => void texts.push(text)
  const log = createLogger({ destination: { write }, ...options })
  const line = (): Line => {
    if (texts.length !== 1) throw new Error(`There are ${texts.length} lines`)
    const { time, ...rest } = parseLine(texts.pop() as string)
    return rest
  }
  return { log, texts, line }
}

/** One line of JSON, without a name that is given twice. */
export function parseLine(text: string): Line {
  if (!/^[^\n]+\n$/.test(text)) throw new Error(`It is no line: ${JSON.stringify(text)}`)
  const line: unknown = JSON.parse(text)
  if (typeof line !== 'object' || line === null || Array.isArray(line)) {
    throw new Error(`It is no object: ${text}`)
  }
  checkNames(text)
  return line as Line
}

const TOKEN = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g

/** @throws when an object in valid JSON has a name twice, of which `JSON.parse` would keep the last. */
function checkNames(json: string): void {
  const objects: Set<string>[] = []
  for (const [token, colon] of json.matchAll(TOKEN)) {
    if (token === '{') objects.push(new Set())
    else if (token === '}') objects.pop()
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string
      const names = objects.at(-1)
      if (names?.has(name)) throw new Error(`${token} is given twice in ${json}`)
      names?.add(name)
    }
  }
}

/** How deep the objects and lists of a value lie in each other: 0 for text and numbers. */
export function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

/** The names that are the logger's own, what they are renamed to, and some that others give trouble with. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('a', 'b', 'c', '', '0', '1', '…', '…_', '__proto__', 'constructor', 'toString'),
  fc.constantFrom('time', 'time_', 'time__', 'level', 'level_', 'msg', 'msg_', 'name', 'trace_id'),
  fc.constantFrom(
    'type',
    'type_',
    'message',
    'message_',
    'stack',
    'cause',
    'errors',
    'err',
    'value',
  ),
  fc.string({ unit: 'binary', maxLength: 5 }),
)

/** Makes a value when it is called: fast-check would stumble over those that are meant for the logger. */
export type Maker<T = unknown> = () => T

/** An object with such names, among them `__proto__` as an own one. */
export const anyRecord = (value: fc.Arbitrary<Maker>): fc.Arbitrary<Maker<object>> =>
  fc
    .array(fc.tuple(anyName, value), { maxLength: 6 })
    .map((entries) => () => Object.fromEntries(entries.map(([name, make]) => [name, make()])))

const fault = (): never => {
  throw new Error('A trap')
}

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const TRAPS = ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'] as const

const circular = (): object => {
  const object: Record<string, unknown> = { a: 1 }
  const map = new Map<unknown, unknown>([['object', object]])
  const error = new Error('Circular', { cause: object })
  return Object.assign(object, { object, map: map.set('map', map), list: [object, map], error })
}

const made = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<Maker> => value.map((value) => () => value)

const leaf: fc.Arbitrary<Maker> = fc.oneof(
  made(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, maxDepth: 2 }),
  ),
  made(fc.anything({ withTypedArray: true, withSparseArray: true, withNullPrototype: true })),
  made(fc.double()),
  made(fc.bigInt()),
  made(fc.string({ unit: 'binary' })),
  made(
    fc.constantFrom<unknown>(
      ...['\ud800', 'a\udfffb', '\u0000\u001f\u007f\u2028', '"\\', 'x'.repeat(200_000)],
      ...[undefined, null, -0, Number.NaN, Symbol('s'), Symbol.iterator, fault],
      ...[new Date(Number.NaN), /a/g, new WeakMap(), new ArrayBuffer(8), globalThis],
      ...[Object(1n), Object('text'), Object(Symbol('boxed')), Promise.resolve()],
      ...[Array(1_000_000), Array(300).fill(null), new Uint8Array(100_000)],
      ...[new URL('http://h/'), new URLSearchParams('a=b'), new Headers({ a: 'b' })],
    ),
  ),
)

const targets: fc.Arbitrary<object> = fc.constantFrom({}, [], fault, new Error('x'), new Map())
const getters: fc.Arbitrary<Maker<object>> = fc.constantFrom<Maker<object>>(
  () => ({}),
  () => new Error('x'),
  () => new Map(),
  () => fault.bind(null),
)

const hostile = (value: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> =>
  fc.oneof(
    fc.tuple(targets, fc.subarray([...TRAPS])).map(([target, traps]) => {
      const handler = Object.fromEntries(traps.map((trap) => [trap, fault]))
      return () => new Proxy(target, handler)
    }),
    targets.map((target) => () => revoked(target)),
    fc.constant(circular),
    fc.tuple(getters, fc.oneof(anyName, fc.constantFrom('toJSON', 'constructor'))).map(
      ([make, name]) =>
        () =>
          Object.defineProperty(make(), name, { get: fault, enumerable: true }),
    ),
    fc.constant(() => Object.defineProperty([1, 2], 0, { get: fault })),
    value.map((make) => () => ({ a: 1, toJSON: make })),
    value.map((make) => () => ({ toJSON: make() })),
    value.map((make) => () => ({ toJSON: () => ({ toJSON: () => ({ value: make() }) }) })),
    fc.constantFrom<Maker>(
      () => ({ toJSON: fault }),
      () => ({ a: 1, toJSON: returnThis }),
      () => ({ a: 1, toJSON: returnCopy }),
    ),
    value.map((make) => () => {
      const [name, type, message, stack] = [make(), make(), make(), make()]
      return Object.assign(new Error('E'), { name, type, message, stack, constructor: make() })
    }),
    value.map((make) => () => new TypeError('E', { cause: make() })),
    value.map((make) => () => new AggregateError([make(), new Error('x')], 'All')),
    fc
      .array(fc.tuple(value, value), { maxLength: 4 })
      .map((entries) => () => new Map(entries.map(([key, value]) => [key(), value()]))),
    fc.array(value, { maxLength: 4 }).map((makers) => () => new Set(makers.map((make) => make()))),
    fc.tuple(fc.integer({ min: 1, max: 60 }), value).map(
      ([depth, make]) =>
        () =>
          nested(make(), depth),
    ),
    // Many more values than objects: each level has the one below a hundred times.
    fc.integer({ min: 1, max: 12 }).map((depth) => () => wide(depth)),
  )

function returnThis(this: unknown): unknown {
  return this
}

function returnCopy(this: object): unknown {
  return { ...this }
}

const nested = (value: unknown, depth: number): unknown =>
  depth === 0 ? value : { [`${depth}`]: nested(value, depth - 1) }

const wide = (depth: number): unknown => Array(100).fill(depth === 0 ? null : wide(depth - 1))

/** Makes anything that a log call may be given, and much that it should not. */
export const anyHostile: fc.Arbitrary<Maker> = fc.letrec<{ value: Maker }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    hostile(tie('value')),
    anyRecord(tie('value')),
    fc.array(tie('value'), { maxLength: 5 }).map((makers) => () => makers.map((make) => make())),
  ),
})).value
