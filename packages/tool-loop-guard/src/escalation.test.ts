import { describe, expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import { calls, fails, heard, row, says, short, step, times, told } from './testing.ts'

const same = () => says('read', { path: 'a' }, 'text')
const never = { warn: Infinity, block: Infinity }

describe('the escalation', () => {
  test('goes from a warning to blocked calls in two steps, to the final answer, to the stop', () => {
    const guard = createToolLoopGuard()
    expect(row(guard, ...times(9, same)).map(short)).toEqual([
      'allow',
      'allow',
      'warn same-result',
      'allow',
      'block same-result',
      'block same-result',
      'finish same-result',
      'stop same-result',
      'stop same-result',
    ])
  })

  test('every blocked call has a verdict with a message of its own', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(4, same))
    const verdicts = step(guard, same(), same(), same())
    expect(verdicts.map(short)).toEqual(times(3, () => 'block same-result'))
    for (const verdict of verdicts) {
      expect(verdict).toMatchObject({ message: expect.stringContaining('`read`') })
    }
  })

  test('many blocked calls of one answer are one answer', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(4, same))
    step(guard, ...times(20, same))
    expect(step(guard, same()).map(short)).toEqual(['block same-result'])
    expect(step(guard, same()).map(short)).toEqual(['finish same-result'])
  })

  test('the other calls of an answer go on beside a blocked one', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(4, same))
    const [blocked, other] = step(guard, same(), says('list', {}, 'files'))
    expect([short(blocked), short(other)]).toEqual(['block same-result', 'allow'])
  })

  test('with the last answer all of its calls come to an end, and the text of the next is let through', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(6, same))
    const verdicts = step(guard, same(), says('list', {}, 'files'))
    expect(verdicts.map(short)).toEqual(['finish same-result', 'finish same-result'])
    expect(guard.turn({ text: 'What I have found: nothing.' })).toEqual({ action: 'allow' })
  })

  test('after progress calls may be blocked in two steps again', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(6, same), says('write', {}, 'ok'))
    expect(heard(row(guard, ...times(7, same)))).toEqual([
      '3: warn same-result',
      '5: block same-result',
      '6: block same-result',
      '7: finish same-result',
    ])
  })

  test('after a call that is no progress they may not', () => {
    const guard = createToolLoopGuard()
    row(guard, says('list', {}, 'files'), ...times(6, same), says('list', {}, 'files'))
    expect(heard(row(guard, same()))).toEqual(['1: finish same-result'])
  })

  test('the hard limit of steps ends the run with that answer, calls and all', () => {
    const guard = createToolLoopGuard({ limits: { steps: { warn: 3, block: 5 } } })
    const answer = (n: number) => {
      const turn = guard.turn()
      return [
        turn,
        ...calls(guard, says('read', { n }, `text ${n}`), says('list', { n }, `l ${n}`)),
      ].map(short)
    }
    expect(times(6, answer)).toEqual([
      ['allow', 'allow', 'allow'],
      ['allow', 'allow', 'allow'],
      ['warn steps', 'allow', 'allow'],
      ['allow', 'allow', 'allow'],
      ['finish steps', 'finish steps', 'finish steps'],
      ['allow', 'stop steps', 'stop steps'],
    ])
  })

  test('by default 12 steps without progress are warned of, and 25 end the run', () => {
    const guard = createToolLoopGuard()
    expect(heard(times(25, () => guard.turn()))).toEqual([
      '12: warn no-progress',
      '25: finish no-progress',
    ])
  })

  test('by default 150 steps are warned of, and 200 end the run, whatever they achieve', () => {
    const guard = createToolLoopGuard()
    const acts = times(200, (n) => says('read', { n }, `text ${n}`))
    expect(heard(told(guard, ...acts))).toEqual(['150: warn steps', '200: finish steps'])
  })

  test('progress begins the count of steps without progress anew, with its warning', () => {
    const guard = createToolLoopGuard()
    const idle = () => times(14, () => guard.turn())
    expect(heard(idle())).toEqual(['12: warn no-progress'])
    calls(guard, says('read', {}, 'text'))
    expect(heard(idle())).toEqual(['12: warn no-progress'])
  })

  test('to wait is neither progress nor a step without it', () => {
    const guard = createToolLoopGuard()
    const poll = () => says('get_job', {}, 'pending')
    row(guard, poll())
    times(20, () => guard.turn())
    expect(heard(row(guard, ...times(9, poll)))).toEqual([])
    expect(heard(times(9, () => guard.turn()))).toEqual(['5: finish no-progress'])
  })
})

describe('a warning', () => {
  test('comes once a streak, and again with the next', () => {
    const guard = createToolLoopGuard({
      limits: { sameCall: { warn: 3, block: 99 } },
    })
    const streak = (n: number) => [...times(5, same), says('write', { n }, 'ok')]
    expect(heard(row(guard, ...streak(1), ...streak(2)))).toEqual([
      '3: warn same-result',
      '9: warn same-result',
    ])
  })

  test('is not forgotten for other calls of the tool in the same answer, in any order', () => {
    const guard = createToolLoopGuard({
      limits: { sameCall: { warn: 3, block: 99 }, frequent: never },
    })
    const other = (n: number) => says('read', { path: 'b' }, n % 2 ? 'even' : 'odd')
    const verdicts = times(10, (n) =>
      step(guard, ...(n % 2 ? [other(0), same()] : [same(), other(0)])),
    )
    const warned = verdicts.flat().filter(({ action }) => action === 'warn')
    expect(warned).toHaveLength(1)
  })

  test('of one thing does not hide that of another', () => {
    const guard = createToolLoopGuard({ limits: { steps: { warn: 3, block: 99 } } })
    expect(heard(row(guard, ...times(5, same)))).toEqual([
      '3: warn same-result',
      '5: block same-result',
    ])
  })
})

describe('modes', () => {
  test('off allows everything, and counts', () => {
    const guard = createToolLoopGuard({ mode: 'off', budgets: { calls: 1 } })
    expect(heard([...row(guard, ...times(40, same)), guard.turn()])).toEqual([])
    guard.mode = 'enforce'
    expect(short(guard.turn())).toBe('finish no-progress')
    expect(guard.error().usage.calls).toBe(40)
  })

  test('warn warns once of each, whatever the limit, and never blocks', () => {
    const guard = createToolLoopGuard({ mode: 'warn' })
    expect(heard(told(guard, ...times(30, same)))).toEqual([
      '3: warn same-result',
      '13: warn no-progress',
    ])
  })

  test('warn still hears of loops when the steps are used up', () => {
    const guard = createToolLoopGuard({ mode: 'warn', limits: { steps: { block: 2 } } })
    times(9, () => guard.turn())
    expect(heard(row(guard, ...times(5, same)))).toContain('3: warn same-result')
  })

  test('can be switched at any time', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(6, same))
    guard.mode = 'warn'
    expect(guard.mode).toBe('warn')
    expect(heard(row(guard, ...times(5, same))).filter((text) => !text.includes('warn'))).toEqual(
      [],
    )
    guard.mode = 'off'
    expect(heard(row(guard, ...times(5, same)))).toEqual([])
    guard.mode = 'enforce'
    expect(short(step(guard, same())[0])).toBe('finish same-result')
    guard.mode = 'off'
    expect(short(step(guard, same())[0])).toBe('allow')
  })

  test('a wrong one is refused, and the old one stays', () => {
    const guard = createToolLoopGuard()
    expect(() => Object.assign(guard, { mode: 'on' })).toThrow(
      new RangeError('`mode` must be one of off, warn, enforce, not "on"'),
    )
    expect(guard.mode).toBe('enforce')
  })
})

describe('reset', () => {
  test('begins streaks, steps, and the escalation anew', () => {
    const guard = createToolLoopGuard()
    row(guard, ...times(8, same))
    guard.reset()
    expect(heard(row(guard, ...times(5, same)))).toEqual([
      '3: warn same-result',
      '5: block same-result',
    ])
  })

  test('leaves budgets, and what was warned of them', () => {
    const guard = createToolLoopGuard({ budgets: { calls: 4 } })
    expect(heard(told(guard, ...times(4, (n) => says('read', { n }, `text ${n}`))))).toEqual([
      '4: warn budget.calls',
    ])
    guard.reset()
    expect(heard(told(guard, says('read', 9, 'text 9')))).toEqual(['1: finish budget.calls'])
    const other = createToolLoopGuard({ budgets: { calls: 40 } })
    row(other, ...times(31, (n) => says('read', { n }, `text ${n}`)).slice(0, 11))
    other.reset()
    expect(other.error().usage).toMatchObject({ calls: 11, steps: 11 })
  })

  test('forgets the calls that still run', () => {
    const guard = createToolLoopGuard()
    guard.turn()
    guard.before({ id: 'a', tool: 'read' })
    guard.reset()
    guard.after('a', { output: 'text' })
    expect(guard.error().history).toEqual([])
  })
})

describe('a tool that is exempt', () => {
  test('is not looked at, but counted', () => {
    const guard = createToolLoopGuard({
      tools: { think: { exempt: true } },
      budgets: { calls: 12 },
    })
    const acts = times(13, () => says('think', {}, 'ok'))
    expect(heard(told(guard, ...acts))).toEqual([
      '10: warn budget.calls',
      '13: finish budget.calls',
    ])
  })

  test('is not in the way of what goes on around it', () => {
    const guard = createToolLoopGuard({ tools: { think: { exempt: true } } })
    const acts = times(9, (n) => (n % 2 ? says('think', { n }, 'ok') : same()))
    expect(heard(told(guard, ...acts))).toContain('9: block same-result')
  })
})

describe('a pause', () => {
  test.each(['sleep 30', 'Start-Sleep -Seconds 5', ' sleep 5m ', 'timeout /t 30', 'timeout 30'])(
    '%s is one: to wait is to wait, for however long',
    (command) => {
      const guard = createToolLoopGuard()
      const acts = times(5, (n) =>
        says('bash', { command: command.replace(/\d+/, `${30 + n}`) }, 'text'),
      )
      expect(heard(row(guard, ...acts))).toContain('5: block same-result')
    },
  )

  test.each(['timeout 30 npm test', 'sleepwalk 3', 'sleep 5 && npm test', 'npm run sleep'])(
    '%s is none',
    (command) => {
      const guard = createToolLoopGuard({ limits: { frequent: { warn: 2, block: 2 } } })
      const acts = [
        says('bash', { command }, 'a text of\ntwo lines'),
        says('list', {}, 'files'),
        says('bash', { command }, 'a text of\ntwo lines'),
      ]
      const verdicts = heard(row(guard, ...acts))
      // A command that may change something may be repeated while others bring news.
      expect(verdicts).toEqual(command.includes('npm test') ? ['3: block frequent'] : [])
    },
  )
})

test('without `turn`, calls that do not overlap are a step each', () => {
  const guard = createToolLoopGuard()
  const verdicts = times(8, (n) =>
    calls(guard, { ...same(), input: { path: 'a' } }, says('list', n, 'x')).slice(0, 1),
  )
  expect(heard(verdicts.flat()).at(-1)).toContain('block')
})

test('where nobody tells of anything but calls, each is an answer', () => {
  const guard = createToolLoopGuard()
  expect(heard(times(5, () => guard.before({ tool: 'read', input: 'a' })))).toEqual([
    '3: warn same-call',
    '5: block same-call',
  ])
})

test('a result that never comes does not blind a guard that is told of no answers', () => {
  const guard = createToolLoopGuard({ limits: { stepsWithoutProgress: never } })
  calls(guard, says('list', {}, 'files'))
  guard.before({ id: 'lost', tool: 'fetch' })
  expect(
    times(40, () => calls(guard, same()))
      .flat()
      .map(short),
  ).toContain('block same-result')
})

test('an error of the user’s detector is no error of the guard', () => {
  const broken = {
    name: 'broken',
    detect: () => {
      throw new Error('broken')
    },
  }
  const odd = { name: 'odd', detect: () => ({ count: Number.NaN, limit: { warn: 1, block: 1 } }) }
  const bad = { name: 'bad', detect: () => ({ count: 3n, limit: null }) as never }
  const guard = createToolLoopGuard({ detectors: [broken, odd, bad] })
  expect(heard(row(guard, ...times(5, same)))).toEqual([
    '3: warn same-result',
    '5: block same-result',
  ])
})

test('a detector of the user’s own is heard after the others, under its name', () => {
  const guard = createToolLoopGuard({
    detectors: [
      {
        name: 'too-many-writes',
        detect: ({ tool }, earlier) => ({
          count:
            1 + earlier.flatMap((one) => one.calls).filter((call) => call.tool === tool).length,
          limit: { warn: 2, block: 3 },
        }),
      },
    ],
  })
  const verdicts = row(guard, ...times(3, (n) => says('write', { n }, 'ok')))
  expect(heard(verdicts)).toEqual(['2: warn too-many-writes', '3: block too-many-writes'])
  expect(verdicts[2]).toMatchObject({
    reason: 'too-many-writes',
    message: expect.stringContaining(
      'Your calls of `write` look like a loop (too-many-writes, 3 times).',
    ),
  })
})

test('a call that failed and then works begins anew', () => {
  const guard = createToolLoopGuard()
  const acts = [fails('read', {}, 'gone'), ...times(3, () => says('read', {}, 'text'))]
  expect(heard(row(guard, ...acts))).toEqual(['4: warn same-result'])
})
