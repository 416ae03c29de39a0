import { revokedProxy } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import { calls, heard, row, says, times } from './testing.ts'

const ACTIONS = ['allow', 'warn', 'block', 'finish', 'stop']

/** A value in which everything throws that can. */
const angry = (): unknown =>
  new Proxy(
    {},
    Object.fromEntries(
      ['get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor'].map((trap) => [
        trap,
        () => {
          throw new Error(trap)
        },
      ]),
    ),
  )
const cycle = (): unknown => {
  const value: Record<string, unknown> = { a: [] }
  value['self'] = value
  ;(value['a'] as unknown[]).push(value)
  return value
}

/** Makes one: fast-check looks into values. */
const hostile: fc.Arbitrary<() => unknown> = fc.oneof(
  fc
    .anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withBoxedValues: true,
    })
    .map((value) => () => value),
  fc.constantFrom<() => unknown>(
    angry,
    cycle,
    revokedProxy,
    () => Symbol('x'),
    () => () => 1,
    () => 2n ** 100_000n,
    () => 'x'.repeat(300_000),
    () => new Array(4_000_000_000),
    () => ({
      get message() {
        throw new Error('x')
      },
    }),
    () => ({ message: 7, code: Symbol('x'), status: 'x', retryable: {} }),
    () => ({ toString: null, valueOf: null, [Symbol.toPrimitive]: 3 }),
    () => ({
      toJSON() {
        throw new Error('x')
      },
    }),
    () => Object.assign(new Error('x'), { message: cycle() }),
    () => new Date(Number.NaN),
    () => Promise.resolve(1),
    () => new WeakMap(),
  ),
)

test('nothing that is told makes it throw, or say what is no verdict', () => {
  const guard = createToolLoopGuard({ budgets: { tokens: 1e9 }, tools: { read: { poll: true } } })
  const act = fc.record({
    method: fc.constantFrom('turn', 'before', 'after', 'snapshot', 'error', 'reset'),
    made: fc.tuple(hostile, hostile, hostile),
    isShaped: fc.boolean(),
  })
  fc.assert(
    fc.property(act, ({ method, made, isShaped }) => {
      const [one, two, three] = made.map((make) => make())
      const any = (value: unknown) => value as never
      if (method === 'turn') {
        const turn = isShaped
          ? { text: one, usage: { totalTokens: two, inputTokens: three }, cost: two }
          : one
        expect(ACTIONS).toContain(guard.turn(any(turn)).action)
      } else if (method === 'before') {
        const call = isShaped ? { id: one, tool: two, input: three } : one
        expect(ACTIONS).toContain(guard.before(any(call)).action)
      } else if (method === 'after') {
        guard.before({ tool: 'read', input: three })
        const result = isShaped ? { output: one } : { error: one }
        guard.after(undefined, any(result))
        guard.after(any(two), any(three))
        guard.after(undefined, any(three))
      } else if (method === 'snapshot') {
        const snapshot = guard.snapshot()
        expect(
          createToolLoopGuard({ snapshot: JSON.parse(JSON.stringify(snapshot)) }),
        ).toBeDefined()
      } else if (method === 'error') expect(guard.error().code).toBe('TOOL_LOOP')
      else guard.reset()
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['a call that is null', null],
  ['one that is none', 7],
  ['one without a tool', {}],
  ['one whose tool is a symbol', { tool: Symbol('x') }],
  ['one that cannot be read', revokedProxy()],
])('%s is judged like any other', (_, call) => {
  const guard = createToolLoopGuard()
  expect(heard(times(5, () => guard.before(call as never)))).toEqual([
    '3: warn same-call',
    '5: block same-call',
  ])
  expect(guard.error().history).toHaveLength(5)
})

test('a turn that is null or nothing is an answer', () => {
  const guard = createToolLoopGuard()
  for (const turn of [null, undefined, 7, 'text', angry()]) guard.turn(turn as never)
  expect(guard.error().usage.steps).toBe(5)
})

describe('a result', () => {
  const outcome = (result: unknown) => {
    const guard = createToolLoopGuard()
    guard.before({ id: 'a', tool: 'read' })
    guard.after('a', result as never)
    return guard.error().history[0]?.outcome
  }

  test.each<[unknown, string]>([
    [{ output: 1 }, 'output'],
    [{ output: undefined }, 'output'],
    [{ output: 1, error: undefined }, 'output'],
    [{ error: new Error('x') }, 'error'],
    [{ error: undefined }, 'error'],
    [{ error: null }, 'error'],
    [{ output: 1, error: 'x' }, 'error'],
    [{}, 'output'],
    [null, 'output'],
    [7, 'output'],
    [{ error: 'HTTP 503' }, 'outage'],
    [{ error: { status: 429 } }, 'outage'],
    [{ error: { name: 'ThrottlingException' } }, 'outage'],
    [{ error: { $metadata: { httpStatusCode: 500 } } }, 'outage'],
    [{ error: { $retryable: { throttling: true } } }, 'outage'],
    [{ error: { retryable: false, status: 503 } }, 'error'],
    [{ error: { status: 404, message: 'try again later' } }, 'error'],
    [{ error: 'error on line 503: syntax' }, 'error'],
    [{ error: 'expected 500 rows, got 429' }, 'error'],
    [{ error: 'Request failed with status code 502' }, 'outage'],
    [{ error: 'HTTP/1.1 503' }, 'outage'],
    [{ error: 'connect ECONNREFUSED 10.0.0.1:80' }, 'outage'],
    [{ error: { code: 'ETIMEDOUT' } }, 'outage'],
  ])('%j is %s', (result, expected) => {
    expect(outcome(result)).toBe(expected)
  })

  test('comes once: the second of a call does nothing, nor does one before its call', () => {
    const guard = createToolLoopGuard()
    guard.after('a', { output: 1 })
    guard.before({ id: 'a', tool: 'read' })
    guard.after('a', { output: 1 })
    guard.after('a', { error: 2 })
    expect(guard.error().history.map((call) => call.outcome)).toEqual(['output'])
  })

  test('may come in any order, and after later answers', () => {
    const guard = createToolLoopGuard()
    for (const id of ['a', 'b', 'c']) {
      guard.turn()
      guard.before({ id, tool: id })
    }
    guard.after('c', { output: 1 })
    guard.after('a', { error: 'no' })
    expect(guard.error().history.map((call) => call.outcome)).toEqual([
      'error',
      'pending',
      'output',
    ])
  })
})

test('an output that holds the same again and again is read for a while', () => {
  let empty: unknown = {}
  for (let n = 0; n < 60; n++) empty = { a: empty, b: empty }
  const guard = createToolLoopGuard()
  expect(heard(row(guard, ...times(5, () => says('read', empty, empty))))).toContain(
    '5: block same-result',
  )
})

test('a tool’s name is told in part when it is endless', () => {
  const guard = createToolLoopGuard()
  const verdicts = row(guard, ...times(5, () => says('x'.repeat(100_000), {}, 'text')))
  expect(JSON.stringify([verdicts, guard.snapshot()]).length).toBeLessThan(10_000)
})

test('names of tools that objects have are names like others', () => {
  const guard = createToolLoopGuard({ tools: { read: {} }, knownTools: ['constructor'] })
  for (const tool of ['__proto__', 'constructor', 'toString']) calls(guard, says(tool, {}, 1))
  expect(guard.error().usage.calls).toBe(3)
})

test('huge values take no time to speak of', () => {
  const list = Array.from({ length: 200_000 }, (_, n) => n)
  const values = [
    Object.fromEntries(list.map((n) => [`k${n}`, n])),
    list,
    'a'.repeat(50_000_000),
    new Map(list.map((n) => [n, n])),
    new Uint8Array(50_000_000),
    { message: 'x 1'.repeat(10_000_000) },
  ]
  const guard = createToolLoopGuard()
  const start = process.cpuUsage()
  for (const value of values) {
    for (let n = 0; n < 2; n++) {
      guard.before({ id: `${n}`, tool: 'read', input: value })
      guard.after(`${n}`, n ? { output: value } : { error: value })
    }
  }
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(5_000)
})
