import { expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { fails, heard, row, says, step, times } from '../testing.ts'

const denied = 'You may not see this: it is the property of somebody else.'

test('the same answer to other inputs: a warning with the third, no run of the fifth', () => {
  const guard = createToolLoopGuard()
  const acts = times(5, (n) => says('search', { query: `q${n}` }, denied))
  expect(heard(row(guard, ...acts))).toEqual(['3: warn same-answer', '5: block same-answer'])
})

test('the same error to other inputs counts alike', () => {
  const guard = createToolLoopGuard()
  const acts = times(5, (n) =>
    fails('edit', { line: n }, new Error('EROFS: read-only file system')),
  )
  expect(heard(row(guard, ...acts))).toEqual(['3: warn same-answer', '5: block same-answer'])
})

test.each([[[]], ['No results found'], [{ items: [] }], [null]])(
  'an empty answer, %j, may come oftener: a warning with the sixth, no run of the tenth',
  (empty) => {
    const guard = createToolLoopGuard()
    const acts = times(10, (n) => says('search', { query: `q${n}` }, empty))
    expect(heard(row(guard, ...acts))).toEqual(['6: warn same-answer', '10: block same-answer'])
  },
)

test.each(['ok', 'Inserted 1 row', { success: true }, 200, ''])(
  'work that is acknowledged with %j goes on',
  (output) => {
    const guard = createToolLoopGuard()
    const acts = times(24, (n) => says('insert', { row: n }, output))
    expect(heard(row(guard, ...acts)).filter((text) => !text.includes('steps'))).toEqual([])
  },
)

test.each(['update_plan', 'TodoWrite', 'transfer_to_sales'])('to %s is no work', (tool) => {
  const guard = createToolLoopGuard()
  const acts = times(5, (n) => says(tool, { note: `n${n}` }, 'Updated'))
  expect(heard(row(guard, ...acts))).toContain('5: block same-answer')
})

test('whether it is work can be said', () => {
  const guard = createToolLoopGuard({
    tools: { mark: { work: false }, update_plan: { work: true } },
  })
  const acts = (tool: string) => times(5, (n) => says(tool, { n }, 'Updated'))
  expect(heard(row(guard, ...acts('update_plan')))).toEqual([])
  expect(heard(row(guard, ...acts('mark')))).toContain('5: block same-answer')
})

test('another tool between ends the row', () => {
  const guard = createToolLoopGuard()
  const acts = times(15, (n) =>
    says(n % 3 === 2 ? 'list' : 'search', { n }, n % 3 === 2 ? `files ${n}` : denied),
  )
  expect(heard(row(guard, ...acts)).filter((text) => text.includes('same-answer'))).toEqual([])
})

test('another answer ends the row', () => {
  const guard = createToolLoopGuard()
  const acts = times(12, (n) => says('search', { n }, n % 2 ? denied : `page ${n}`))
  expect(heard(row(guard, ...acts)).filter((text) => text.includes('same-answer'))).toEqual([])
})

test('the same input again is no other one: after four of them another may be tried', () => {
  const guard = createToolLoopGuard()
  const acts = [...times(5, () => says('search', 'a', denied)), says('search', 'b', 'found')]
  expect(heard(row(guard, ...acts))).toEqual(['3: warn same-result', '5: block same-result'])
})

test('many at once are one step', () => {
  const guard = createToolLoopGuard()
  expect(heard(step(guard, ...times(9, (n) => says('search', { n }, denied))))).toEqual([])
  expect(heard(step(guard, says('search', { n: 9 }, denied)))).toEqual([])
})

test('an outage does not count, and does not hide the rest', () => {
  const guard = createToolLoopGuard()
  const acts = times(9, (n) =>
    n % 2
      ? fails('search', { n }, new Error('429 Too Many Requests'))
      : says('search', { n }, denied),
  )
  expect(heard(row(guard, ...acts))).toContain('9: block same-answer')
})

test('a call that was blocked goes on with the row', () => {
  const guard = createToolLoopGuard()
  const acts = times(7, (n) => says('search', { query: `q${n}` }, denied))
  expect(heard(row(guard, ...acts)).slice(1)).toEqual([
    '5: block same-answer',
    '6: block same-answer',
    '7: finish same-answer',
  ])
})

test('who polls is not meant', () => {
  const guard = createToolLoopGuard({ tools: { search: { poll: true } } })
  expect(heard(row(guard, ...times(9, (n) => says('search', { n }, denied))))).toEqual([])
})
