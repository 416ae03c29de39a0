import { expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import { DEFAULT_LIMITS } from './limits.ts'

const noop = (): void => {}

test.each<[object, ErrorConstructor, string]>([
  [{ name: 7 }, TypeError, '`name` must be a string, not 7'],
  [{ mode: 'on' }, RangeError, '`mode` must be one of off, warn, enforce, not "on"'],
  [{ onEvent: 'x' }, TypeError, '`onEvent` must be a function, not "x"'],
  [{ limits: 3 }, TypeError, '`limits` must be an object, not 3'],
  [{ limits: null }, TypeError, '`limits` must be an object, not null'],
  [
    { limits: { sameCal: {} } },
    RangeError,
    `\`limits\` must be limits of ${Object.keys(DEFAULT_LIMITS).join(', ')}, not "sameCal"`,
  ],
  [{ limits: { toString: {} } }, RangeError, 'not "toString"'],
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
    { tools: { read: { limits: { cycle: { block: 0 } } } } },
    RangeError,
    '`tools.read.limits.cycle.block` must be a number of 1 or more, not 0',
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

test('normalizers say what calls and results are compared as; one that throws is as good as none', () => {
  const broken = () => {
    throw new Error('x')
  }
  const policy = {
    normalizeInput: (input: unknown) => Object(input).path,
    normalizeOutput: () => 'all alike',
  }
  const run = (tools: object) => {
    const guard = createToolLoopGuard({ tools: { read: tools } })
    return Array.from({ length: 5 }, (_, n) => {
      guard.turn()
      const verdict = guard.before({ id: `${n}`, tool: 'read', input: { path: 'a', n } })
      guard.after(`${n}`, { output: `text ${n}` })
      return verdict.action
    })
  }
  expect(run(policy)).toEqual(['allow', 'allow', 'warn', 'allow', 'block'])
  expect(run({})).toEqual(['allow', 'allow', 'allow', 'allow', 'allow'])
  expect(run({ normalizeInput: broken, normalizeOutput: broken })).toEqual(run({}))
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
