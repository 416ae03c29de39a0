import { expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import { calls, heard, row, says, short, times, told } from './testing.ts'

const never = { warn: Infinity, block: Infinity }
const limits = { stepsWithoutProgress: never, steps: never }
const work = (count: number, tool = 'read') => times(count, (n) => says(tool, { n }, `text ${n}`))

function clockOf() {
  const clock = { ms: 1_000, now: () => clock.ms, setTimeout: () => 0, clearTimeout: () => {} }
  return clock
}

test('calls: a warning at three quarters, once, and the last answer when they are used up', () => {
  const guard = createToolLoopGuard({ limits, budgets: { calls: 8 } })
  expect(heard(told(guard, ...work(8)))).toEqual(['7: warn budget.calls'])
  expect(short(guard.turn())).toBe('finish budget.calls')
  expect(calls(guard, ...work(1)).map(short)).toEqual(['finish budget.calls'])
  expect(short(guard.turn())).toBe('allow')
  expect(calls(guard, ...work(1)).map(short)).toEqual(['stop budget.calls'])
  expect(guard.error()).toMatchObject({ reason: 'budget', usage: { calls: 10 } })
})

test('calls of one answer are counted one by one', () => {
  const guard = createToolLoopGuard({ limits, budgets: { calls: 3 } })
  guard.turn()
  expect(heard(calls(guard, ...work(5)))).toEqual([
    '4: finish budget.calls',
    '5: finish budget.calls',
  ])
})

test('calls of a tool: others have theirs', () => {
  const guard = createToolLoopGuard({ limits, budgets: { callsPerTool: 4 } })
  const acts = work(4, 'read').flatMap((act) => [act, { ...act, tool: 'list' }])
  const verdicts = row(guard, ...acts, ...work(1, 'write'), ...work(1, 'list'))
  expect(heard(verdicts)).toEqual([
    '7: warn budget.callsPerTool',
    '8: warn budget.callsPerTool',
    '10: finish budget.callsPerTool',
  ])
  expect(verdicts[9]).toMatchObject({ evidence: { tool: 'list', count: 4, limit: 4 } })
})

test.each([
  [{ totalTokens: 100 }, 100],
  [{ inputTokens: 60, outputTokens: 40 }, 100],
  [{ inputTokens: 60, outputTokens: 40, totalTokens: 70 }, 70],
  [{ inputTokens: 60 }, 60],
])('tokens of %j are %i', (usage, tokens) => {
  const guard = createToolLoopGuard()
  guard.turn({ usage })
  guard.turn({ usage })
  expect(guard.error().usage.tokens).toBe(2 * tokens)
})

test('tokens and cost warn and end', () => {
  const tokens = createToolLoopGuard({ limits, budgets: { tokens: 1_000 } })
  expect(heard(times(10, () => tokens.turn({ usage: { totalTokens: 100 } })))).toEqual([
    '8: warn budget.tokens',
    '10: finish budget.tokens',
  ])
  const cost = createToolLoopGuard({ limits, budgets: { cost: 0.5 } })
  expect(heard(times(4, () => cost.turn({ cost: 0.125 })))).toEqual([
    '3: warn budget.cost',
    '4: finish budget.cost',
  ])
})

test('wall time counts from the making, and goes on where another guard was', () => {
  const clock = clockOf()
  const options = { limits, clock, budgets: { wallMs: 1_000 } }
  const guard = createToolLoopGuard(options)
  clock.ms += 749
  expect(short(guard.turn())).toBe('allow')
  clock.ms += 1
  expect(short(guard.turn())).toBe('warn budget.wallMs')
  const snapshot = guard.snapshot()
  clock.ms += 60_000
  const next = createToolLoopGuard({ ...options, snapshot })
  clock.ms += 249
  expect(short(next.turn())).toBe('allow')
  clock.ms += 1
  expect(short(next.turn())).toBe('finish budget.wallMs')
})

test('each budget has a warning of its own', () => {
  const guard = createToolLoopGuard({ limits, budgets: { tokens: 100, cost: 100 } })
  const told = [
    [80, 0],
    [0, 76],
    [0, 0],
    [30, 0],
  ].map(([totalTokens, cost]) => guard.turn({ usage: { totalTokens }, cost }))
  expect(heard(told)).toEqual([
    '1: warn budget.tokens',
    '2: warn budget.cost',
    '4: finish budget.tokens',
  ])
})

test('what is no amount counts for none', () => {
  const guard = createToolLoopGuard({ budgets: { tokens: 10, cost: 10 } })
  for (const no of [-5, Number.NaN, '7', null, {}, undefined, 3n, Symbol('x')] as never[]) {
    guard.turn({ cost: no, usage: { totalTokens: no } })
    guard.turn({ usage: no })
  }
  expect(guard.error().usage).toMatchObject({ tokens: 0, cost: 0 })
})

test('what is more than a number can tell stays a number', () => {
  const guard = createToolLoopGuard({ limits })
  for (const much of [Infinity, Number.MAX_VALUE, 1e308]) guard.turn({ cost: much })
  expect(guard.error().usage.cost).toBe(Number.MAX_VALUE)
  expect(() => createToolLoopGuard({ snapshot: guard.snapshot() })).not.toThrow()
})
