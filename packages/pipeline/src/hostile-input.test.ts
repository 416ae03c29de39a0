// What a call must withstand from its user: contexts that are none, callbacks that fail, options of the wrong kind.
import { advance, hang, revokedProxy, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { bypass, fallback, fallbackTo, type Policy, pipeline, timeout } from './index.ts'

useVirtualTime()

const policies: readonly [name: string, policy: Policy][] = [
  ['pipeline', pipeline()],
  ['pipeline of several', pipeline(timeout({ ms: 5 }), fallback(['a']))],
  ['timeout', timeout({ ms: 5 })],
  ['fallback', fallback(['a', 'b'])],
  ['fallbackTo', fallbackTo('value') as Policy],
  ['bypass, on', bypass(timeout({ ms: 5 }), () => false)],
  ['bypass, off', bypass(timeout({ ms: 5 }), () => true)],
]

describe.each(policies)('%s', (_, policy) => {
  const operation = vi.fn(() => 'done')

  test.each([[null], [undefined], [{ signal: null }]])('takes the context %j', async (context) => {
    expect(await policy(operation, context as never)).toBe('done')
  })

  test.each([
    [{ signal: 1 }],
    [{ signal: { aborted: false } }],
    [{ signal: new AbortController() }],
    [{ deadlineAt: Number.NaN }],
    ['context'],
  ])('refuses the context %o before the operation runs', async (context) => {
    operation.mockClear()
    const call = policy(operation, context as never)
    await expect(call).rejects.toThrow(TypeError)
    expect(operation).not.toHaveBeenCalled()
  })

  test('refuses a signal that throws when read', async () => {
    const call = policy(operation, { signal: revokedProxy() as AbortSignal })
    await expect(call).rejects.toThrow('`signal` must be an AbortSignal')
  })
})

describe('callbacks that fail count as absent, and are reported', () => {
  const fault = new Error('the callback is broken')
  const broken = () => {
    throw fault
  }

  test.each(['when', 'skip', 'label'] as const)('`%s` of fallback', async (callback) => {
    const onEvent = vi.fn()
    const policy = fallback(['a', 'b'], { [callback]: broken, onEvent })
    const operation = vi.fn(() => 'done').mockImplementationOnce(broken)
    await expect(policy(operation)).resolves.toBe('done')
    const report = { type: 'callback.failed', name: 'fallback', callback, error: fault }
    expect(onEvent).toHaveBeenCalledWith(report)
  })

  test('`when` of fallbackTo', async () => {
    const onEvent = vi.fn()
    const policy = fallbackTo('cached', { when: broken, onEvent })
    await expect(policy(broken)).resolves.toBe('cached')
    const report = { type: 'callback.failed', name: 'fallback', callback: 'when', error: fault }
    expect(onEvent).toHaveBeenCalledWith(report)
  })
})

test.each<[what: string, isOff: () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no flags')
    },
  ],
  ['returns a promise', async () => true],
  ['rejects', () => Promise.reject(new Error('no flags'))],
])('a switch that %s leaves the policy on, and is reported', async (_, isOff) => {
  const onEvent = vi.fn()
  const policy = timeout({ ms: 5, name: 'search' })
  const layer = bypass(policy, isOff as () => boolean, { onEvent })
  await expect(layer(({ signal }) => signal?.aborted)).resolves.toBe(false)
  const report = { type: 'callback.failed', name: 'search', callback: 'isOff' }
  expect(onEvent).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(report))
})

test.each([timeout({ ms: 5 }), pipeline(timeout({ ms: 5 }))])(
  'a deadline that has passed is named, and the operation does not run',
  async (policy) => {
    const operation = vi.fn()
    await advance(100)
    const call = policy(operation, { deadlineAt: 30 })
    await expect(call).rejects.toThrow(
      'The deadline passed before the call began. Its `deadlineAt` is 30, and the clock of the policies is at 100 ms',
    )
    expect(operation).not.toHaveBeenCalled()
  },
)

describe('mistakes are named at creation', () => {
  test.each<[act: () => unknown, message: string]>([
    [() => timeout(5 as never), '`timeout` takes an object of options, not 5'],
    [
      () => (timeout as () => unknown)(),
      '`ms` must be a number from 0 to 2147483647, not undefined',
    ],
    [
      () => bypass(timeout({ ms: 5 }), () => true, { on: 5 } as never),
      '`bypass` has no option `on`',
    ],
    [() => timeout({} as never), '`ms` must be a number from 0 to 2147483647, not undefined'],
    [() => timeout({ timeoutMs: 5 } as never), '`timeout` has no option `timeoutMs`, only `ms`'],
    [() => timeout({ ms: 5, clock: {} as never }), '`clock.now` must be a function'],
    [() => fallback(['a'], { if: 5 } as never), '`fallback` has no option `if`'],
    [() => fallback('a' as never), '`candidates` must be an array of at least one candidate'],
    [() => fallbackTo(1, { when: true } as never), '`when` must be a function, not true'],
    [() => timeout({ ms: 5 }).update({ ms: -1 }), '`ms` must be a number from 0'],
    [() => fallback(['a']).update({ candidates: [] }), '`candidates` must be an array'],
    [() => fallback(['a']).update({ name: 'b' } as never), '`update` has no option `name`'],
  ])('%#', (act, message) => {
    expect(act).toThrow(message)
  })

  test.each<[name: string, factory: unknown]>([
    ['timeout', timeout],
    ['fallback', fallback],
    ['fallbackTo', fallbackTo],
    ['bypass', bypass],
    ['pipeline', pipeline],
  ])('`%s`, the factory, where a policy is expected', (name, factory) => {
    const returned = `must be what \`${name}(…)\` returns, not a function`
    expect(() => pipeline(timeout({ ms: 5 }), factory as Policy)).toThrow(
      new TypeError(`\`policies[1]\` ${returned}`),
    )
    expect(() => bypass(factory as Policy, () => true)).toThrow(
      new TypeError(`\`policy\` ${returned}`),
    )
  })

  test('a policy of the user that throws gives a rejected promise', async () => {
    const broken = () => {
      throw new Error('broken')
    }
    await expect(pipeline(broken, timeout({ ms: 5 }))(() => 1)).rejects.toThrow('broken')
    await expect(pipeline(broken)(() => 1)).rejects.toThrow('broken')
  })
})

describe('settings change while a policy runs', () => {
  test('of a timeout, for the calls that follow', async () => {
    const policy = timeout({ ms: 50, name: 'search' })
    const before = watch(policy(hang))
    policy.update({ ms: 200 })
    policy.update({ ms: undefined })
    const after = watch(policy(hang))
    await advance(500)
    expect([policy.name, before.settledAt, after.settledAt]).toEqual(['search', 50, 200])
  })

  test('of a fallback, for the calls that follow', async () => {
    const policy = fallback<string>(['a'], { name: 'models' })
    policy.update({ candidates: ['b', 'c'], skip: (candidate) => candidate === 'b' })
    await expect(policy(({ candidate }) => candidate)).resolves.toBe('c')
    expect(policy.name).toBe('models')
  })
})

describe('a call that a timeout cuts off keeps what failed before', () => {
  test('in a fallback inside', async () => {
    const [first] = [new Error('first')]
    const policy = pipeline(timeout({ ms: 50 }), fallback(['a', 'b']))
    const call = watch(
      policy(({ candidate }) => (candidate === 'a' ? Promise.reject(first) : hang())),
    )
    await advance(50)
    expect(call.reason).toMatchObject({ name: 'TimeoutError', cause: first, errors: [first] })
  })

  test('under another timeout between them', async () => {
    const [first] = [new Error('first')]
    const policy = pipeline(timeout({ ms: 50 }), timeout({ ms: 500 }), fallback(['a', 'b']))
    const call = watch(
      policy(({ candidate }) => (candidate === 'a' ? Promise.reject(first) : hang())),
    )
    await advance(50)
    expect(call.reason).toMatchObject({ timeoutMs: 50, cause: first })
  })
})
