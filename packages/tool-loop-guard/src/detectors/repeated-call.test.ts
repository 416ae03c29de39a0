import { describe, expect, test } from 'vitest'
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

test('the same call that fails in the same way is warned of at the third, and blocked at the fourth', () => {
  const guard = createToolLoopGuard()
  const acts = times(4, () => fails('read', { path: 'a' }, new Error('ENOENT: no such file')))
  expect(heard(row(guard, ...acts))).toEqual(['3: warn same-error', '4: block same-error'])
})

test('an error that differs in its numbers is the same one', () => {
  const guard = createToolLoopGuard()
  const acts = times(4, (n) => fails('sql', 'SELEC 1', new Error(`line ${n}: syntax error`)))
  expect(heard(row(guard, ...acts))).toContain('4: block same-error')
})

test('an error that was not there before is news', () => {
  const guard = createToolLoopGuard()
  const words = ['red', 'green', 'blue', 'white', 'black', 'brown']
  const acts = words.map((word) => fails('paint', {}, new Error(`no ${word}`)))
  expect(heard(row(guard, ...acts))).toEqual([])
})

test('a result that changes is progress, and ends the row', () => {
  const guard = createToolLoopGuard()
  const acts = times(20, (n) => says('read', { path: 'a' }, `text ${n}`))
  expect(heard(row(guard, ...acts))).toEqual([])
})

test('a result that changes only in ids, points in time, and durations does not', () => {
  const guard = createToolLoopGuard()
  const acts = times(6, (n) =>
    says(
      'status',
      {},
      {
        request_id: `r${n}`,
        state: 'degraded',
        log: `[2026-03-11T09:00:0${n}Z] 4f2c${n}d1a-1111-4222-8333-444455556666 took ${n}.5s`,
      },
    ),
  )
  expect(heard(row(guard, ...acts))).toEqual(['4: warn same-result', '6: block same-result'])
})

test('a point in time that stays does not hide it either', () => {
  const acts = times(5, () => says('status', {}, 'degraded since 09:00:00'))
  expect(heard(row(createToolLoopGuard(), ...acts))).toEqual([
    '3: warn same-result',
    '5: block same-result',
  ])
})

test('a clock that ticks with every other call does not hide it', () => {
  const guard = createToolLoopGuard({ limits: { frequent: { warn: Infinity, block: Infinity } } })
  const acts = times(9, (n) => says('status', {}, `09:00:0${Math.floor(n / 2)} degraded`))
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
    // The last call of a step is of another tool, which was not warned of yet.
    ['warn', 'allow', 'warn'],
    ['allow', 'allow', 'allow'],
    ['block', 'block', 'block'],
  ])
})

test('the same call many times in one answer is one step', () => {
  const guard = createToolLoopGuard()
  expect(heard(step(guard, ...times(10, same)))).toEqual([])
})

test('an outage has the patience of a poll, and does not hide the rest', () => {
  const guard = createToolLoopGuard()
  const away = fails('read', { path: 'a' }, Object.assign(new Error('busy'), { retryable: true }))
  expect(heard(row(guard, ...times(14, () => away)))).toEqual([])
  const acts = [same(), away, same(), away, away, same(), away, same(), away, same()]
  const verdicts = heard(row(createToolLoopGuard(), ...acts))
  expect(verdicts.some((verdict) => verdict.includes('block same-result'))).toBe(true)
})

test('a tool that waits has more time, and no more than that', () => {
  const guard = createToolLoopGuard({
    tools: { status: { poll: true } },
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

const part = (n: number) => says(`tool${n}`, { n }, `result ${n}`)
const never = { warn: Infinity, block: Infinity }
/** The first verdict that keeps a call from running. */
const blockOf = (...acts: Parameters<typeof row> extends [unknown, ...infer A] ? A : never) =>
  heard(row(createToolLoopGuard(), ...acts)).find((verdict) => !verdict.includes('warn'))

describe('a loop through several calls', () => {
  const read = (n: number) => says('read', { n }, `The text of file number ${n}`)

  test.each([2, 3, 4, 5, 6, 7])('of %i reads is blocked in its third pass', (period) => {
    const [at = ''] = blockOf(...times(4 * period, (n) => read(n % period)))?.split(':') ?? []
    expect(Number(at)).toBe(Math.max(2 * period + 1, 6))
  })

  test.each([2, 3, 4, 5, 6])('of %i calls that may change something, one pass later', (period) => {
    const [at = ''] = blockOf(...times(5 * period, (n) => part(n % period)))?.split(':') ?? []
    expect(Number(at)).toBeLessThanOrEqual(3 * period + 1)
  })

  test('is none while a result changes', () => {
    const acts = times(24, (n) => (n % 4 === 0 ? says('tool0', {}, `result ${n}`) : part(n % 4)))
    expect(blockOf(...acts)).toBeUndefined()
  })

  test('may have its calls in any order', () => {
    const guard = createToolLoopGuard()
    const passes = times(8, (n) => {
      const pair = n % 2 === 0 ? [read(1), read(2)] : [read(3), read(4)]
      return step(guard, ...(n % 3 ? pair : pair.toReversed()))
    })
    expect(passes.flatMap((pass) => heard(pass))).toContain('1: block same-result')
  })

  test('through an action and its opposite is found, though each of them works', () => {
    const light = (isOn: boolean) => says('set_light', { isOn }, 'ok')
    expect(blockOf(...times(12, (n) => light(n % 2 === 0)))).toBe('6: block same-result')
  })

  test('through a toggle is found: an answer that came before is no news', () => {
    const acts = times(12, (n) => says('click', { at: 3 }, n % 2 ? 'Box 3 is on' : 'Box 3 is off'))
    expect(blockOf(...acts)).toBe('6: block same-result')
  })
})

describe('with other calls between', () => {
  test('that only read, the same result is warned of at the sixth, and blocked at the eighth', () => {
    const acts = times(8, (n) => [same(), says('list', { n }, `files ${n}`)]).flat()
    const verdicts = heard(row(createToolLoopGuard(), ...acts))
    expect(verdicts).toEqual(['11: warn frequent', '15: block frequent'])
  })

  test.each<[string, (n: number) => ReturnType<typeof says>]>([
    ['an edit', (n) => says('edit_file', { n }, `Edited ${n}`)],
    ['a command that is not known to read', (n) => says('bash', { command: `./run ${n}` }, 'ok')],
    ['a tool of unknown effect', (n) => says('kelp', { n }, { grown: n })],
    ['a POST', (n) => says('http', { method: 'POST', body: n }, 'created')],
    ['an INSERT', (n) => says('db', { sql: `INSERT INTO t VALUES (${n})` }, '1')],
  ])('of which %s may change something, it is diligence', (_, other) => {
    const acts = times(30, (n) => [same(), other(n)]).flat()
    expect(heard(row(createToolLoopGuard(), ...acts))).toEqual([])
  })

  test.each<[string, (n: number) => ReturnType<typeof says>]>([
    ['a command that reads', (n) => says('bash', { command: `cat src/${n}.ts` }, `text ${n}`)],
    ['a GET', (n) => says('http', { method: 'GET', url: `/${n}` }, `text ${n}`)],
    ['a SELECT', (n) => says('db', { sql: `SELECT a FROM t WHERE id = ${n}` }, `row ${n}`)],
    ['an edit that is repeated', () => says('edit_file', {}, 'Edited')],
    ['an edit that fails', (n) => fails('edit_file', { n }, new Error('no match'))],
    ['a thought', (n) => says('think', { thought: `idea ${n}` }, 'ok')],
    ['a plan', (n) => says('update_plan', { plan: `plan ${n}` }, 'Plan updated')],
  ])('of which %s changes nothing, it is not', (_, other) => {
    const acts = times(30, (n) => [same(), other(n)]).flat()
    expect(heard(row(createToolLoopGuard(), ...acts)).join()).toMatch(/block|finish/)
  })

  test('of which the user says that they read, it is not', () => {
    const guard = createToolLoopGuard({ tools: { kelp: { readOnly: true } } })
    const acts = times(9, (n) => [same(), says('kelp', { n }, { grown: n })]).flat()
    expect(heard(row(guard, ...acts))).toContain('15: block frequent')
  })

  test('of which the user says that they change something, it is diligence', () => {
    const guard = createToolLoopGuard({ tools: { get: { readOnly: false } } })
    const acts = times(30, (n) => [same(), says('get', { n }, `text ${n}`)]).flat()
    expect(heard(row(guard, ...acts))).toEqual([])
  })

  test('it forgets what is more than sixty-four steps ago', () => {
    const guard = createToolLoopGuard()
    const acts = times(7, () => [same(), ...times(16, () => says('read', {}, Math.random()))])
    expect(heard(row(guard, ...acts.flat()))).toEqual([])
  })

  test('an action that shows an effect each time may be repeated', () => {
    const acts = times(40, (n) => [
      says('press_key', { key: 'Down' }, 'ok'),
      says('screenshot', {}, `Line ${n} is selected`),
    ]).flat()
    expect(heard(row(createToolLoopGuard(), ...acts))).toEqual([])
  })
})

describe('an answer that says that something is under way', () => {
  test.each<unknown>([
    'Job 7 is pending',
    'in_progress',
    { state: 'RUNNING' },
    [{ name: 'build', status: 'queued' }],
    'Compiling kelp v1.2.0',
    'No new messages.',
  ])('may come as often as that of a poll: %j', (answer) => {
    const acts = times(31, () => says('get_job', {}, answer))
    const verdicts = heard(row(createToolLoopGuard(), ...acts))
    expect(verdicts.slice(0, 2)).toEqual(['15: warn same-result', '30: block same-result'])
  })

  test('may not, if the call has asked for just that', () => {
    const query = { sql: "SELECT id FROM orders WHERE status = 'pending'" }
    const acts = times(5, () => says('run_sql', query, { rows: [{ id: 1, status: 'pending' }] }))
    expect(blockOf(...acts)).toBe('5: block same-result')
  })
})

test('looks between which the agent only sleeps have the patience of calls with news between', () => {
  const acts = times(9, (n) => [
    says('bash', { command: `sleep ${n + 10}` }, ''),
    says('get_status', {}, 'degraded'),
  ]).flat()
  expect(heard(row(createToolLoopGuard(), ...acts))).toEqual(
    expect.arrayContaining(['12: warn frequent', '16: block frequent']),
  )
})

test('the order of the words of a short input makes no other input', () => {
  const queries = [
    'kelp|alga|moss',
    'moss|kelp|alga',
    'alga|moss|kelp',
    'kelp|moss|alga',
    'kelp|alga|moss',
  ]
  const acts = queries.map((pattern) => says('grep', { pattern }, 'sea.txt:3: kelp'))
  expect(blockOf(...acts)).toBe('5: block same-result')
})

test('a limit of the user for single calls holds for loops through several, too', () => {
  const guard = createToolLoopGuard({ limits: { sameCall: never, frequent: never } })
  expect(
    heard(row(guard, ...times(11, (n) => says('read', { n: n % 2 }, `text ${n % 2}`)))),
  ).toEqual([])
})
