import { describe, expect, test, vi } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import type { Verdict } from './guard.ts'
import { fails, row, says, step, times } from './testing.ts'
import { ToolLoopError } from './tool-loop-error.ts'

const same = () => says('read_file', { path: 'a' }, 'text')
const keeps = (count: number) =>
  `You keep calling \`read_file\` with the same input; its result has not changed, and the last ${count} calls brought nothing new.`
const messageOf = (verdict: Verdict | undefined) =>
  verdict && verdict.action !== 'allow' ? verdict.message : undefined

describe('what the model is told', () => {
  test('names tool, count and a way out', () => {
    const verdicts = row(createToolLoopGuard(), ...times(8, same))
    expect(verdicts.map(messageOf)).toEqual([
      undefined,
      undefined,
      `${keeps(3)} Use what you know already, try something else, or ask the user.`,
      undefined,
      `${keeps(5)} This call was not made. Use what you know already, try something else, or ask the user.`,
      `${keeps(6)} This call was not made. Use what you know already, try something else, or ask the user.`,
      `${keeps(7)} No more tools: give your final answer now, from what you have, and say what is missing.`,
      `${keeps(7)} The run was stopped.`,
    ])
  })

  test('names the last error, not all of it', () => {
    const acts = times(4, () => fails('sh', 'x', new Error(`EPERM: not you ${'!'.repeat(1_000)}`)))
    const message = messageOf(row(createToolLoopGuard(), ...acts).at(-1))
    expect(message).toContain('The last error was: EPERM: not you !!!')
    expect(message).toContain('Read the error and change the input')
    expect(message?.length).toBeLessThan(600)
  })

  test('of an error that was overcome it says nothing', () => {
    const acts = [fails('read_file', { path: 'b' }, 'EPERM'), ...times(3, same)]
    expect(messageOf(row(createToolLoopGuard(), ...acts).at(-1))).not.toContain('EPERM')
  })

  test.each([
    [
      'same-call',
      times(3, () => ({ tool: 't' })),
      'You have called `t` with the same input 3 times.',
    ],
    [
      'same-answer',
      times(4, (n) => says('t', n, { error: 'out of paper' })),
      'You have called `t` 4 times with different inputs, and each call failed, found nothing, or gave the same answer.',
    ],
    [
      'frequent',
      times(11, (n) => (n % 2 ? says('read_file', n, `text ${n}`) : same())),
      'You have called `read_file` with the same input 6 times, with the same result each time.',
    ],
    [
      'failing-check',
      times(20, (n) => (n % 2 ? says('t', {}, '1 failed') : says('write', { n }, 'ok'))),
      '`t` has failed in the same way 10 times, whatever you changed.',
    ],
    [
      'unknown-tool',
      times(2, (n) => says('u', n, n)),
      'There is no tool `u`. You have called tools that do not exist 2 times.',
    ],
  ])('of %s', (reason, acts, message) => {
    const verdict = row(
      createToolLoopGuard({ knownTools: ['t', 'read_file', 'write'] }),
      ...acts,
    ).at(-1)
    expect(verdict).toMatchObject({ action: 'warn', reason })
    expect(messageOf(verdict)).toContain(message)
  })

  test('of steps, budgets and texts', () => {
    const guard = createToolLoopGuard({
      limits: { steps: { warn: 1, block: 9 } },
      budgets: { tokens: 100 },
    })
    const text = 'Let me see.'
    expect(messageOf(guard.turn({ text }))).toBe(
      'You have taken 1 steps of 9. Do what matters most, and come to an answer.',
    )
    expect(messageOf(guard.turn({ text, usage: { totalTokens: 80 } }))).toBe(
      'You have used 80 of 100 (tokens). Do what matters most, and come to an answer.',
    )
    expect(messageOf(guard.turn({ text }))).toContain('You have said the same 3 times')
    const idle = times(9, () => guard.turn()).map(messageOf)
    expect(idle).toContain(
      'You have taken 9 steps of 9. No more tools: give your final answer now, from what you have, and say what is missing.',
    )
    const other = createToolLoopGuard()
    expect(
      times(12, () => other.turn())
        .map(messageOf)
        .at(-1),
    ).toBe(
      'You have taken 12 steps without progress. Use what you know already, try something else, or ask the user.',
    )
  })
})

describe('the error', () => {
  const events = vi.fn()
  const guard = createToolLoopGuard({ name: 'agent', onEvent: events })
  guard.turn({ usage: { totalTokens: 9 }, cost: 2 })
  row(guard, says('list', {}, 'files'), ...times(8, same))
  const error = guard.error()

  test('says why, and what led there', () => {
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'ToolLoopError',
      code: 'TOOL_LOOP',
      message: 'The run was stopped: same-result of `read_file`, 7 of 5',
      reason: 'same-result',
      evidence: { detector: 'same-result', tool: 'read_file', count: 7, limit: 5 },
      usage: { steps: 10, calls: 9, tokens: 9, cost: 2, wallMs: expect.any(Number) },
    })
    expect(error.history).toEqual([
      { step: 2, tool: 'list', outcome: 'output' },
      ...times(4, (n) => ({ step: 3 + n, tool: 'read_file', outcome: 'output' })),
      ...times(4, (n) => ({ step: 7 + n, tool: 'read_file', outcome: 'blocked' })),
    ])
  })

  test('has parallel calls in the order in which they were asked for', () => {
    const other = createToolLoopGuard()
    step(other, says('a', 1, 1), fails('b', 2, 'no'), fails('c', 3, 'ECONNRESET'), { tool: 'd' })
    expect(other.error().history).toEqual([
      { step: 1, tool: 'a', outcome: 'output' },
      { step: 1, tool: 'b', outcome: 'error' },
      { step: 1, tool: 'c', outcome: 'outage' },
      { step: 1, tool: 'd', outcome: 'pending' },
    ])
  })

  test('is known to other copies of the package, and nothing else is', () => {
    expect(ToolLoopError.isInstance(error)).toBe(true)
    const copy = Object.defineProperty(new Error('x'), Symbol.for('@holdfast/ToolLoopError'), {
      value: true,
    })
    expect(ToolLoopError.isInstance(copy)).toBe(true)
    for (const other of [undefined, null, {}, new Error('x')])
      expect(ToolLoopError.isInstance(other)).toBe(false)
  })

  test('can be had of a guard that has nothing to say', () => {
    expect(createToolLoopGuard().error()).toMatchObject({
      reason: 'steps',
      evidence: { count: 0, limit: 200 },
      history: [],
    })
  })
})

describe('events', () => {
  test('tell of each verdict but to go on, by counts and names', () => {
    const events: unknown[] = []
    const guard = createToolLoopGuard({ name: 'agent', onEvent: (event) => events.push(event) })
    row(guard, ...times(8, same))
    const common = {
      type: 'tool-loop-guard.triggered',
      name: 'agent',
      reason: 'same-result',
      detector: 'same-result',
      tool: 'read_file',
      limit: 5,
    }
    expect(events).toEqual([
      expect.objectContaining({ type: 'tool-loop-guard.created' }),
      { ...common, action: 'warn', count: 3 },
      { ...common, action: 'block', count: 5 },
      { ...common, action: 'block', count: 6 },
      { ...common, action: 'finish', count: 7 },
      { ...common, action: 'stop', count: 7 },
    ])
  })

  test('tell of the creation, with all reasons that verdicts may have', () => {
    const onEvent = vi.fn()
    createToolLoopGuard({
      name: 'agent',
      mode: 'warn',
      detectors: [{ name: 'own', detect: () => undefined }],
      onEvent,
    })
    expect(onEvent).toHaveBeenCalledExactlyOnceWith({
      type: 'tool-loop-guard.created',
      name: 'agent',
      mode: 'warn',
      reasons: expect.arrayContaining(['same-call', 'same-result', 'no-progress', 'budget', 'own']),
    })
  })

  test('a budget is told by its name', () => {
    const onEvent = vi.fn()
    createToolLoopGuard({ onEvent, budgets: { tokens: 10 } }).turn({ usage: { totalTokens: 10 } })
    expect(onEvent).toHaveBeenLastCalledWith({
      type: 'tool-loop-guard.triggered',
      name: 'tool-loop-guard',
      action: 'finish',
      reason: 'budget',
      detector: 'budget.tokens',
      count: 10,
      limit: 10,
    })
  })

  test('a replay is not told again', () => {
    const onEvent = vi.fn()
    const guard = createToolLoopGuard({ onEvent, budgets: { calls: 0.5 } })
    onEvent.mockClear()
    for (let n = 0; n < 3; n++) guard.before({ id: 'a', tool: 'read' })
    expect(onEvent).toHaveBeenCalledTimes(0)
  })

  test('an observer that throws or rejects harms nobody', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    for (const onEvent of [
      () => {
        throw new Error('x')
      },
      () => Promise.reject(new Error('x')),
    ]) {
      const guard = createToolLoopGuard({ onEvent })
      expect(row(guard, ...times(5, same)).at(-1)).toMatchObject({ action: 'block' })
    }
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})

test('a limit that never blocks is told by where it warns', () => {
  const guard = createToolLoopGuard({ limits: { steps: { warn: 2, block: Infinity } } })
  guard.turn()
  expect(guard.turn()).toMatchObject({ action: 'warn', evidence: { count: 2, limit: 2 } })
  expect(() => createToolLoopGuard({ snapshot: guard.snapshot() })).not.toThrow()
})

test('verdicts that let go on are one object, which nobody can change', () => {
  const guard = createToolLoopGuard()
  expect(guard.turn()).toBe(guard.before({ tool: 'a' }))
  expect(Object.isFrozen(guard.turn())).toBe(true)
})
