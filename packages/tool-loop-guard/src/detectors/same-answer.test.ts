import { expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { fails, heard, row, says, step, times } from '../testing.ts'

const denied = 'Access denied: this is the property of somebody else.'
const page = `<html><title>Shop</title><body>${'What everybody sees who is not known here. '.repeat(9)}</body></html>`

test.each<[string, unknown]>([
  ['the same failure', denied],
  ['the same content', page],
  ['the same record', { id: 7, name: 'Ann', city: 'Oslo', since: 1999, orders: [1, 2] }],
])('%s for different inputs is warned of at the fourth, and blocked at the sixth', (_, answer) => {
  const guard = createToolLoopGuard()
  const acts = times(6, (n) => says('search', { query: `q${n}` }, answer))
  expect(heard(row(guard, ...acts))).toEqual(['4: warn same-answer', '6: block same-answer'])
})

test.each<[string, (n: number) => string]>([
  ['in the same words', () => 'EROFS: read-only file system'],
  ['but for the name of the input', (n) => `Cannot write "part-${n}": the disk is full`],
  ['but for a path and a line', (n) => `/home/ann/${n}.ts:${n}: syntax error`],
])('an error is the same %s', (_, message) => {
  const guard = createToolLoopGuard()
  const acts = times(6, (n) => fails('edit', { line: n }, new Error(message(n))))
  expect(heard(row(guard, ...acts))).toEqual(['4: warn same-answer', '6: block same-answer'])
})

test.each(['alive', 'found 0 vulnerabilities', 'no issues', true, false, 'not a duplicate', 42])(
  'a short good answer, %j, may be true of any number of inputs',
  (answer) => {
    const guard = createToolLoopGuard()
    expect(heard(row(guard, ...times(40, (n) => says('check', { n }, answer))))).toEqual([])
  },
)

test('a long acknowledgment may, too', () => {
  const guard = createToolLoopGuard()
  const ok =
    'The file notes.md has been updated. The formatter ran, and the editor shows the new version now.'
  expect(heard(row(guard, ...times(40, (n) => says('edit', { n }, ok))))).toEqual([])
})

test.each([null, {}, []])('and so may %j, of a tool that changes something', (empty) => {
  const guard = createToolLoopGuard()
  expect(heard(row(guard, ...times(40, (n) => says('set_label', { n }, empty))))).toEqual([])
})

test.each([[[]], ['No results found'], [{ items: [] }], [null]])(
  'nothing found, as %j, is warned of at the eighth, and blocked at the fourteenth',
  (empty) => {
    const guard = createToolLoopGuard()
    const acts = times(14, (n) => says('search', { query: `q${n}` }, empty))
    expect(heard(row(guard, ...acts))).toEqual(['8: warn same-answer', '14: block same-answer'])
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
  const acts = times(6, (n) => says(tool, { note: `n${n}` }, 'Updated'))
  expect(heard(row(guard, ...acts))).toContain('6: block same-answer')
})

test('whether it is work can be said', () => {
  const guard = createToolLoopGuard({
    tools: { mark: { work: false }, update_plan: { work: true } },
  })
  const acts = (tool: string) => times(6, (n) => says(tool, { n }, 'Updated'))
  expect(heard(row(guard, ...acts('update_plan')))).toEqual([])
  expect(heard(row(guard, ...acts('mark')))).toContain('6: block same-answer')
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
  const acts = times(11, (n) =>
    n % 2
      ? fails('search', { n }, new Error('429 Too Many Requests'))
      : says('search', { n }, denied),
  )
  expect(heard(row(guard, ...acts))).toContain('11: block same-answer')
})

test('a call that was blocked goes on with the row', () => {
  const guard = createToolLoopGuard()
  const acts = times(8, (n) => says('search', { query: `q${n}` }, denied))
  expect(heard(row(guard, ...acts)).slice(1)).toEqual([
    '6: block same-answer',
    '7: block same-answer',
    '8: finish same-answer',
  ])
})

test('who polls is not meant', () => {
  const guard = createToolLoopGuard({ tools: { search: { poll: true } } })
  expect(heard(row(guard, ...times(9, (n) => says('search', { n }, denied))))).toEqual([])
})
