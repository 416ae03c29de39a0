import { expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { fails, heard, row, says, step, times } from '../testing.ts'

const same = () => says('read', { path: 'a' }, 'text')

test('the same call with the same result: a warning with the third, no run of the fifth', () => {
  const guard = createToolLoopGuard()
  expect(heard(row(guard, ...times(5, same)))).toEqual([
    '3: warn same-result',
    '5: block same-result',
  ])
})

test('the same call where nobody tells of results counts alike', () => {
  const guard = createToolLoopGuard()
  const acts = times(5, () => ({ tool: 'read', input: { path: 'a' } }))
  expect(heard(row(guard, ...acts))).toEqual(['3: warn same-call', '5: block same-call'])
})

test('the same call that fails alike: a warning with the second, no run of the third', () => {
  const guard = createToolLoopGuard()
  const acts = times(3, () => fails('read', { path: 'a' }, new Error('ENOENT: no such file')))
  expect(heard(row(guard, ...acts))).toEqual(['2: warn same-error', '3: block same-error'])
})

test('an error that differs in its numbers is the same one', () => {
  const guard = createToolLoopGuard()
  const acts = times(3, (n) => fails('sql', 'SELEC 1', new Error(`line ${n}: syntax error`)))
  expect(heard(row(guard, ...acts))).toContain('3: block same-error')
})

test('ever other errors are warned of once, and not blocked', () => {
  const guard = createToolLoopGuard()
  const words = ['red', 'green', 'blue', 'white', 'black', 'brown']
  const acts = words.map((word) => fails('paint', {}, new Error(`no ${word}`)))
  expect(heard(row(guard, ...acts))).toEqual(['2: warn same-error'])
})

test('a result that changes is progress, and ends the row', () => {
  const guard = createToolLoopGuard()
  const acts = times(20, (n) => says('read', { path: 'a' }, `text ${n}`))
  expect(heard(row(guard, ...acts))).toEqual([])
})

test('a result that changes only in ids, points in time and measured times does not', () => {
  const guard = createToolLoopGuard()
  const acts = times(6, (n) =>
    says(
      'status',
      {},
      {
        request_id: `r${n}`,
        state: 'pending',
        log: `[2026-03-11T09:00:0${n}Z] 4f2c${n}d1a-1111-4222-8333-444455556666 waited ${n}.5s`,
      },
    ),
  )
  expect(heard(row(guard, ...acts))).toEqual(['4: warn same-result', '6: block same-result'])
})

test('a point in time that stays does not hide it either', () => {
  const acts = times(5, () => says('status', {}, 'pending since 09:00:00'))
  expect(heard(row(createToolLoopGuard(), ...acts))).toEqual([
    '3: warn same-result',
    '5: block same-result',
  ])
})

test('a clock that ticks with every other call does not hide it', () => {
  const guard = createToolLoopGuard({ limits: { frequent: { warn: Infinity, block: Infinity } } })
  const acts = times(9, (n) => says('status', {}, `09:00:0${Math.floor(n / 2)} pending`))
  expect(heard(row(guard, ...acts))).toContain('7: block same-result')
})

test('a number that grows is progress', () => {
  const guard = createToolLoopGuard()
  const acts = times(20, (n) => says('status', {}, { percent: 5 * n }))
  expect(heard(row(guard, ...acts))).toEqual([])
})

test('the order of keys, blanks, and ids of the request make no other input', () => {
  const guard = createToolLoopGuard()
  const inputs = [
    { query: 'a  b', page: 1 },
    { page: 1, query: 'a b' },
    { page: 1, query: ' a\n b ', requestId: 'x1' },
    { page: 1, query: 'a b', timestamp: 17 },
    { page: 1, query: 'a b', limit: undefined },
  ]
  const acts = inputs.map((input) => says('search', input, 'text'))
  expect(heard(row(guard, ...acts))).toContain('5: block same-result')
})

test('an answer without the call ends the row', () => {
  const guard = createToolLoopGuard({ limits: { frequent: { warn: 99, block: 99 } } })
  const acts = times(16, (n) => (n % 4 === 3 ? says('note', n, `noted ${n}`) : same()))
  expect(heard(row(guard, ...acts))).not.toContain(expect.stringContaining('block same-result'))
})

test('an answer in which another call brought something new ends it too', () => {
  const guard = createToolLoopGuard({ limits: { frequent: { warn: 99, block: 99 } } })
  const verdicts = times(10, (n) => step(guard, same(), says('read', { path: n }, `text ${n}`)))
  expect(verdicts.flatMap((one) => heard(one))).toEqual([])
})

test('parallel calls of one answer are one step, in any order', () => {
  const guard = createToolLoopGuard()
  const others = [says('list', 'x', 'files'), says('list', 'y', 'none left')]
  const verdicts = times(5, (n) =>
    step(guard, ...(n % 2 ? [same(), ...others] : [...others, same()])),
  )
  expect(verdicts.map((one) => one.map(({ action }) => action))).toEqual([
    ['allow', 'allow', 'allow'],
    ['allow', 'allow', 'allow'],
    // The last of an answer does not know that the others were warned of already: it is another tool.
    ['warn', 'allow', 'warn'],
    ['allow', 'allow', 'allow'],
    ['block', 'block', 'block'],
  ])
})

test('the same call many times in one answer is one step', () => {
  const guard = createToolLoopGuard()
  expect(heard(step(guard, ...times(10, same)))).toEqual([])
})

test('an outage does not count, and does not hide the rest', () => {
  const guard = createToolLoopGuard()
  const away = fails('read', { path: 'a' }, Object.assign(new Error('busy'), { retryable: true }))
  expect(heard(row(guard, ...times(9, () => away)))).toEqual([])
  const acts = [same(), away, same(), away, away, same(), away, same(), away, same()]
  expect(heard(row(createToolLoopGuard(), ...acts))).toEqual([
    '4: warn same-result',
    '9: block same-result',
    '10: block same-result',
  ])
})

test('a tool that waits has more time, and no more than that', () => {
  const guard = createToolLoopGuard({
    tools: { status: { poll: true } },
    limits: { steps: { warn: 99, block: 99 } },
  })
  const acts = times(30, () => says('status', {}, 'pending'))
  expect(heard(row(guard, ...acts))).toEqual(['15: warn same-result', '30: block same-result'])
})

test('a tool has limits of its own', () => {
  const limits = { sameCall: { warn: 2, block: 2 } }
  const guard = createToolLoopGuard({ tools: { read: { limits } } })
  expect(heard(row(guard, same(), same()))).toEqual(['2: block same-result'])
  const others = times(4, () => says('list', {}, 'text'))
  expect(heard(row(createToolLoopGuard({ tools: { read: { limits } } }), ...others))).toEqual([
    '3: warn same-result',
  ])
})

test('a block that is lowered alone takes the warning with it', () => {
  const guard = createToolLoopGuard({ limits: { sameCall: { block: 2 } } })
  expect(heard(row(guard, same(), same()))).toEqual(['2: block same-result'])
})

test('a call that was blocked goes on with the row', () => {
  const guard = createToolLoopGuard()
  const verdicts = row(guard, ...times(6, same))
  expect(heard(verdicts).at(-1)).toBe('6: block same-result')
})
