import { describe, expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import type { ToolLoopGuardEvent } from './events.ts'
import { DEFAULT_LIMITS } from './limits.ts'
import type { ToolPolicy } from './tool-policy.ts'

const noop = (): void => {}

test.each<[object, ErrorConstructor, string]>([
  [{ name: 7 }, TypeError, '`name` must be a string, not 7'],
  [{ mode: 'on' }, RangeError, '`mode` must be one of off, warn, enforce, not "on"'],
  [{ onEvent: 'x' }, TypeError, '`onEvent` must be a function, not "x"'],
  [{ limits: 3 }, TypeError, '`limits` must be an object, not 3'],
  [{ limits: null }, TypeError, '`limits` must be an object, not null'],
  [{ limits: { sameCal: {} } }, TypeError, '`limits` has no option `sameCal`, only'],
  [{ limits: { toString: {} } }, TypeError, '`limits` has no option `toString`, only'],
  [{ limits: { poll: { max: 3 } } }, TypeError, '`limits.poll` has no option `max`, only'],
  [{ limit: {} }, TypeError, '`createToolLoopGuard` has no option `limit`, only'],
  [{ budgets: { token: 3 } }, TypeError, '`budgets` has no option `token`, only'],
  [{ tools: { a: { polls: true } } }, TypeError, '`tools.a` has no option `polls`, only'],
  [{ tools: { a: { readOnly: 1 } } }, TypeError, '`tools.a.readOnly` must be true or false, not 1'],
  [{ limits: { sameCall: 3 } }, TypeError, '`limits.sameCall` must be an object, not 3'],
  [
    { limits: { sameCall: { block: 0 } } },
    RangeError,
    '`limits.sameCall.block` must be a number of 1 or more, not 0',
  ],
  [
    { limits: { steps: { warn: '3' } } },
    TypeError,
    '`limits.steps.warn` must be a number of 1 or more, not "3"',
  ],
  [
    { limits: { steps: { warn: Number.NaN } } },
    RangeError,
    '`limits.steps.warn` must be a number of 1 or more, not NaN',
  ],
  [{ budgets: 3 }, TypeError, '`budgets` must be an object, not 3'],
  [{ budgets: { tokens: 0 } }, RangeError, '`budgets.tokens` must be a number above 0, not 0'],
  [{ budgets: { cost: '1' } }, TypeError, '`budgets.cost` must be a number above 0, not "1"'],
  [{ tools: 3 }, TypeError, '`tools` must be an object, not 3'],
  [{ tools: { read: null } }, TypeError, '`tools.read` must be an object, not null'],
  [
    { tools: { read: { poll: 'no' } } },
    TypeError,
    '`tools.read.poll` must be true or false, not "no"',
  ],
  [
    { tools: { read: { exempt: 1 } } },
    TypeError,
    '`tools.read.exempt` must be true or false, not 1',
  ],
  [
    { tools: { read: { work: null } } },
    TypeError,
    '`tools.read.work` must be true or false, not null',
  ],
  [
    { tools: { read: { ignoreKeys: 'at' } } },
    TypeError,
    '`tools.read.ignoreKeys` must be an array of strings, not "at"',
  ],
  [
    { tools: { read: { ignoreKeys: ['at', 3] } } },
    TypeError,
    '`tools.read.ignoreKeys` must be an array of strings, not 3',
  ],
  [
    { tools: { read: { normalizeInput: 3 } } },
    TypeError,
    '`tools.read.normalizeInput` must be a function, not 3',
  ],
  [
    { tools: { read: { normalizeOutput: {} } } },
    TypeError,
    '`tools.read.normalizeOutput` must be a function, not an object',
  ],
  [
    { tools: { read: { limits: { poll: { block: 0 } } } } },
    RangeError,
    '`tools.read.limits.poll.block` must be a number of 1 or more, not 0',
  ],
  [{ knownTools: 'read' }, TypeError, '`knownTools` must be an array of strings, not "read"'],
  [{ knownTools: [7] }, TypeError, '`knownTools` must be an array of strings, not 7'],
  [{ detectors: {} }, TypeError, '`detectors` must be an array, not an object'],
  [{ detectors: [null] }, TypeError, '`detectors[0]` must be an object, not null'],
  [
    { detectors: [{ name: 'a', detect: noop }, { detect: noop }] },
    TypeError,
    '`detectors[1].name` must be a string, not undefined',
  ],
  [
    { detectors: [{ name: 'a' }] },
    TypeError,
    '`detectors[0].detect` must be a function, not undefined',
  ],
])(
  '%o is refused by a message that names it and what is allowed',
  (options, errorClass, message) => {
    const make = () => createToolLoopGuard(options)
    expect(make).toThrow(errorClass)
    expect(make).toThrow(message)
  },
)

test.each([3, 'strict', null, [], () => 1])('%s is no object of options', (options) => {
  const make = () => createToolLoopGuard(options as never)
  expect(make).toThrow(TypeError)
  expect(make).toThrow('`createToolLoopGuard` takes an object of options, not')
})

test('what is undefined is the default', () => {
  const options = {
    name: undefined,
    mode: undefined,
    limits: undefined,
    budgets: undefined,
    tools: undefined,
  }
  const others = {
    knownTools: undefined,
    detectors: undefined,
    snapshot: undefined,
    clock: undefined,
    onEvent: undefined,
  }
  const guard = createToolLoopGuard({ ...options, ...others })
  expect([guard.name, guard.mode]).toEqual(['tool-loop-guard', 'enforce'])
  const inner = { steps: undefined, poll: { warn: undefined, block: undefined as never } }
  createToolLoopGuard({
    limits: inner as never,
    budgets: { calls: undefined },
    tools: { a: { limits: undefined } },
  })
})

test('Infinity is for never', () => {
  const never = { warn: Infinity, block: Infinity }
  const limits = Object.fromEntries(Object.keys(DEFAULT_LIMITS).map((name) => [name, never]))
  const guard = createToolLoopGuard({ limits })
  for (let n = 0; n < 200; n++) {
    expect(guard.turn({ text: 'a' }).action).toBe('allow')
    expect(guard.before({ tool: 'a' }).action).toBe('allow')
  }
})

test('normalizers say what calls and results are compared as', () => {
  const policy = {
    normalizeInput: (input: unknown) => Object(input).path,
    normalizeOutput: () => 'all alike',
  }
  expect(actionsWith(policy)).toEqual(['allow', 'allow', 'warn', 'allow', 'block'])
  expect(actionsWith({})).toEqual(['allow', 'allow', 'allow', 'allow', 'allow'])
})

/** What a guard says of five calls that differ in a number, under a policy for their tool. */
function actionsWith(policy: ToolPolicy, onEvent?: (event: ToolLoopGuardEvent) => void): string[] {
  const guard = createToolLoopGuard({ name: 'agent', tools: { read: policy }, onEvent })
  return Array.from({ length: 5 }, (_, n) => {
    guard.turn()
    const verdict = guard.before({ id: `${n}`, tool: 'read', input: { path: 'a', n } })
    guard.after(`${n}`, { output: `text ${n}` })
    return verdict.action
  })
}

describe('a callback of the user that fails counts as absent, and is reported', () => {
  const error = new Error('x')
  const failing = {
    throws: () => {
      throw error
    },
    'returns a promise that rejects': () => Promise.reject(error),
  }

  test.each(Object.entries(failing))('a normalizer that %s', async (_, broken) => {
    const events: ToolLoopGuardEvent[] = []
    const policy = { normalizeInput: broken, normalizeOutput: broken }
    expect(actionsWith(policy, (event) => events.push(event))).toEqual(actionsWith({}))
    const failed = events.filter(({ type }) => type === 'callback.failed')
    expect(failed).toHaveLength(10)
    expect(failed[0]).toMatchObject({ name: 'agent', callback: 'normalizeInput' })
    expect(failed[1]).toMatchObject({ name: 'agent', callback: 'normalizeOutput' })
    await new Promise(setImmediate)
  })

  test.each(Object.entries(failing))('a detector that %s', async (_, broken) => {
    const events: ToolLoopGuardEvent[] = []
    const guard = createToolLoopGuard({
      detectors: [{ name: 'own', detect: broken as never }],
      onEvent: (event) => events.push(event),
    })
    for (let n = 0; n < 5; n++) {
      guard.turn()
      guard.before({ id: `${n}`, tool: 'read', input: 'a' })
      guard.after(`${n}`, { output: 'text' })
    }
    expect(guard.error().reason).toBe('same-result')
    const failed = events.filter(({ type }) => type === 'callback.failed')
    expect(failed).toHaveLength(5)
    expect(failed[0]).toMatchObject({ callback: 'detect' })
    await new Promise(setImmediate)
  })
})

test('keys that mean nothing can be named for a tool', () => {
  const guard = createToolLoopGuard({ tools: { read: { ignoreKeys: ['n'] } } })
  const actions = Array.from({ length: 6 }, (_, n) => {
    guard.turn()
    const verdict = guard.before({ id: `${n}`, tool: 'read', input: { path: 'a', n } })
    guard.after(`${n}`, { output: { text: 'text', n } })
    return verdict.action
  })
  expect(actions).toEqual(['allow', 'allow', 'allow', 'warn', 'allow', 'block'])
})
