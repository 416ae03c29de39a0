import { expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import { row, says, short, times } from './testing.ts'

const call = { id: 'a', tool: 'read', input: { path: 'a' } }

test('a call that comes again under its id and input counts once, and has the same verdict', () => {
  const guard = createToolLoopGuard({ budgets: { calls: 9 } })
  guard.turn()
  const first = guard.before(call)
  expect([guard.before(call), guard.before(call)]).toEqual([first, first])
  expect(guard.error()).toMatchObject({ usage: { calls: 1 }, history: [{ tool: 'read' }] })
})

test('so does one that was blocked', () => {
  const guard = createToolLoopGuard()
  row(guard, ...times(4, () => says('read', { path: 'a' }, 'text')))
  guard.turn()
  const blocked = guard.before(call)
  expect(short(blocked)).toBe('block same-result')
  expect(guard.before(call)).toEqual(blocked)
  expect(guard.error().usage.calls).toBe(5)
})

test('where everything is allowed, one that was blocked is too', () => {
  const detector = { name: 'own', detect: () => ({ count: 1, limit: { warn: 1, block: 1 } }) }
  const guard = createToolLoopGuard({ detectors: [detector] })
  expect(short(guard.before(call))).toBe('block own')
  guard.mode = 'warn'
  expect(short(guard.before(call))).toBe('warn own')
  guard.mode = 'off'
  expect(short(guard.before(call))).toBe('allow')
})

test('the same id with another input or tool is another call', () => {
  const guard = createToolLoopGuard()
  guard.before(call)
  guard.before({ ...call, input: { path: 'b' } })
  guard.before({ ...call, tool: 'list' })
  expect(guard.error().usage.calls).toBe(3)
})

test('a model that gives the same id to every call does not blind the guard', () => {
  const guard = createToolLoopGuard()
  const verdicts = times(15, () => {
    guard.turn()
    const verdict = guard.before(call)
    guard.after(call.id, { output: 'text' })
    return short(verdict)
  })
  expect(verdicts).toContain('block same-result')
})

test.each([undefined, '', 7, null, {}, Symbol('a')])(
  '%s is no id: such calls are all counted',
  (id) => {
    const guard = createToolLoopGuard()
    for (let n = 0; n < 3; n++) {
      guard.before({ ...call, id: id as string })
      guard.after(id as string, { output: 'text' })
    }
    expect(guard.error()).toMatchObject({ usage: { calls: 3 } })
    expect(guard.error().history.map(({ outcome }) => outcome)).toEqual([
      'output',
      'output',
      'output',
    ])
  },
)

test('of calls without an id the first of an answer has the first result', () => {
  const guard = createToolLoopGuard()
  guard.turn()
  guard.before({ tool: 'a' })
  guard.before({ tool: 'b' })
  guard.after(undefined, { output: 1 })
  expect(guard.error().history.map(({ outcome }) => outcome)).toEqual(['output', 'pending'])
})

test('of calls under the same id the last has the first result', () => {
  const guard = createToolLoopGuard()
  guard.turn()
  guard.before({ id: 'same', tool: 'a' })
  guard.before({ id: 'same', tool: 'b' })
  guard.after('same', { output: 1 })
  expect(guard.error().history.map(({ outcome }) => outcome)).toEqual(['pending', 'output'])
})

test('a result of a call that was not announced, has one, or was not to run does nothing', () => {
  const guard = createToolLoopGuard()
  row(guard, ...times(4, () => says('read', { path: 'a' }, 'text')))
  guard.turn()
  guard.before(call)
  const before = guard.snapshot()
  guard.after('never', { output: 'text' })
  guard.after('a', { output: 'news' })
  expect(guard.snapshot()).toEqual({ ...before, earlierMs: expect.any(Number) })
})

test('a guard that goes on from a snapshot knows them too', () => {
  const guard = createToolLoopGuard()
  guard.turn()
  guard.before(call)
  const next = createToolLoopGuard({ snapshot: guard.snapshot() })
  next.before(call)
  expect(next.error().usage.calls).toBe(1)
})

test('the five hundred latest are known', () => {
  const guard = createToolLoopGuard({ mode: 'off' })
  for (let n = 0; n <= 500; n++) guard.before({ id: `id ${n}`, tool: 'read', input: n })
  guard.before({ id: 'id 1', tool: 'read', input: 1 })
  expect(guard.error().usage.calls).toBe(501)
  guard.before({ id: 'id 0', tool: 'read', input: 0 })
  expect(guard.error().usage.calls).toBe(502)
})

test('ids of any length are told apart, and do not make a snapshot large', () => {
  const guard = createToolLoopGuard({ mode: 'off' })
  const id = (n: number) => `${'x'.repeat(50_000)}${n}${'y'.repeat(50_000)}`
  for (let n = 0; n < 300; n++) {
    guard.before({ id: id(n), tool: 'read', input: n })
    guard.after(id(n), { output: `text ${n}` })
  }
  expect(guard.error().usage.calls).toBe(300)
  expect(guard.error().history.every(({ outcome }) => outcome === 'output')).toBe(true)
  expect(JSON.stringify(guard.snapshot()).length).toBeLessThan(300_000)
})
