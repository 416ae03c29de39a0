import { describe, expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { fails, heard, row, says, short, step, times } from '../testing.ts'

const part = (n: number) => says(`tool${n}`, { n }, `result ${n}`)

describe.each([2, 3, 4, 5, 6])('a cycle of %i', (period) => {
  test('is blocked with the first step of the third pass', () => {
    const guard = createToolLoopGuard()
    const verdicts = row(guard, ...times(3 * period, (n) => part(n % period)))
    const [first] = heard(verdicts).filter((text) => text.includes('block'))
    expect(first).toBe(`${2 * period + 1}: block cycle`)
    expect(verdicts[2 * period]).toMatchObject({ evidence: { period, tool: 'tool0' } })
  })

  test('is none while a result changes', () => {
    const guard = createToolLoopGuard()
    const acts = times(24, (n) => {
      const at = n % period
      return at === 0 ? says('tool0', { n: 0 }, `result ${n}`) : part(at)
    })
    const blocked = heard(row(guard, ...acts)).filter((text) => text.includes('block cycle'))
    expect(blocked).toEqual([])
  })
})

test('a warning comes with the end of the second pass', () => {
  const guard = createToolLoopGuard()
  expect(heard(row(guard, part(0), part(1), part(0), part(1)))).toEqual(['4: warn cycle'])
})

test('seven steps are no cycle', () => {
  const guard = createToolLoopGuard({
    limits: { steps: { warn: 99, block: 99 }, frequent: { warn: 99, block: 99 } },
  })
  expect(heard(row(guard, ...times(40, (n) => part(n % 7))))).toEqual([])
})

test('the parts of a step may come in any order', () => {
  const guard = createToolLoopGuard()
  const passes = times(5, (n) => {
    const pair = n % 2 === 0 ? [part(1), part(2)] : [part(3), part(4)]
    return step(guard, ...(n < 2 ? pair : pair.toReversed()))
  })
  expect(passes.at(-1)?.map(short)).toEqual(['block cycle', 'block cycle'])
})

test('steps with other calls besides are no cycle', () => {
  const guard = createToolLoopGuard()
  const verdicts = times(8, (n) => step(guard, part(n % 2), says('write', n, `written ${n}`)))
  expect(verdicts.flatMap(heard).filter((text) => text.includes('cycle'))).toEqual([])
})

test('one with an outage in it is none', () => {
  const guard = createToolLoopGuard()
  const away = fails('tool1', { n: 1 }, new Error('503 Service Unavailable'))
  expect(heard(row(guard, ...times(8, (n) => (n % 2 ? away : part(0)))))).not.toContain(
    expect.stringContaining('cycle'),
  )
})

test('two that hand a task to and fro for ever other reasons: a pass counts half', () => {
  const guard = createToolLoopGuard()
  const acts = times(11, (n) =>
    says(
      n % 2 ? 'to_a' : 'to_b',
      { why: `reason ${n}` },
      `transferred ${n % 2} to an agent, who is not told`,
    ),
  )
  expect(heard(row(guard, ...acts))).toEqual([
    '8: warn cycle',
    '9: block cycle',
    '10: block cycle',
    '11: finish cycle',
  ])
})

test('who polls or pauses is not meant', () => {
  const guard = createToolLoopGuard({
    tools: { status: { poll: true } },
    limits: { frequent: { block: 99, warn: 99 } },
  })
  const acts = times(9, (n) =>
    n % 2
      ? says('sleep', { seconds: n }, 'slept, and nothing more')
      : says('status', {}, 'pending'),
  )
  expect(heard(row(guard, ...acts)).filter((text) => text.includes('cycle'))).toEqual([])
})
