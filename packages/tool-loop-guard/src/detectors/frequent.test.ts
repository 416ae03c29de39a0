import { expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { type Act, fails, heard, row, says, times } from '../testing.ts'

const limits = { steps: { warn: 999, block: 999 } }
const same = () => says('read', { path: 'a' }, 'text')
/** The act, with two new pieces of work between. */
const among = (count: number, act: (n: number) => Act) =>
  times(count, (n) => [
    act(n),
    says('write', `x${n}`, `x${n}`),
    says('write', `y${n}`, `y${n}`),
  ]).flat()

test('the same call with the same result, whatever is between: a warning with the fifth, no run of the seventh', () => {
  const guard = createToolLoopGuard({ limits })
  expect(heard(row(guard, ...among(7, same)))).toEqual(['13: warn frequent', '19: block frequent'])
})

test('other results are not counted', () => {
  const guard = createToolLoopGuard({ limits })
  const acts = among(20, (n) => says('read', { path: 'a' }, `text ${n}`))
  expect(heard(row(guard, ...acts))).toEqual([])
})

test('it forgets what is more than sixty-four answers ago', () => {
  const guard = createToolLoopGuard({ limits })
  const acts = times(7, () => [same(), ...times(16, (n) => says('write', { n }, Math.random()))])
  expect(heard(row(guard, ...acts.flat()))).toEqual([])
})

test('what was blocked is counted, and is no new beginning', () => {
  const guard = createToolLoopGuard({ limits })
  const act = () => says('status', {}, 'pending since 09:00:00')
  const news = () => says('list', Math.random(), Math.random())
  const verdicts = row(guard, ...times(5, act), news(), act(), news(), act())
  expect(heard(verdicts)).toEqual([
    '3: warn same-result',
    '5: block same-result',
    '7: warn frequent',
    '9: block frequent',
  ])
})

test('an outage does not count, and does not hide the rest', () => {
  const guard = createToolLoopGuard({ limits })
  const away = fails('read', { path: 'a' }, new Error('ECONNRESET'))
  expect(heard(row(guard, ...among(9, () => away)))).toEqual([])
  const acts = among(13, (n) => (n % 2 ? away : same()))
  expect(heard(row(createToolLoopGuard({ limits }), ...acts))).toContain('37: block frequent')
})

test.each([
  ['polls', { tools: { read: { poll: true } } }, same],
  ['pauses', {}, () => says('bash', { command: 'sleep 30' }, 'text')],
])('who %s is not meant', (_, options, act) => {
  const guard = createToolLoopGuard({ ...options, limits })
  expect(heard(row(guard, ...among(9, act)))).toEqual([])
})

test('in two parallel calls of an answer it is once', () => {
  const guard = createToolLoopGuard({ limits })
  const acts = among(4, same)
  expect(heard(row(guard, ...acts))).toEqual([])
})
