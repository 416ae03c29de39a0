import {
  type Context,
  type Operation,
  type Policy,
  runWithTimeout,
  systemClock,
} from '@holdfast/internal'
import {
  advance,
  deferred,
  hang,
  listeners,
  useVirtualTime,
  watch,
} from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { bypassUnless } from './bypass-unless.ts'
import { observed } from './testing.ts'

useVirtualTime()

/** A policy that marks what goes through it. */
const mark: Policy = async <T>(operation: Operation<T>, context?: Context) => {
  const marked: Context & { readonly marked: true } = { ...context, marked: true }
  return operation(marked)
}
const echo = (context: Context) => context

test('calls go through the policy while the flag is on, and straight while it is off', async () => {
  const { flags, file } = observed()
  const policy = bypassUnless(flags, 'ENABLE_RETRY', mark)
  const context = { deadlineAt: 5 }
  expect(await policy(echo, context)).toBe(context)
  file.say({ ENABLE_RETRY: true })
  expect(await policy(echo, context)).toEqual({ deadlineAt: 5, marked: true })
  flags.killAll()
  expect(await policy(echo, context)).toBe(context)
  flags.revive()
  expect(await policy(echo)).toEqual({ marked: true })
})

test('each call is decided as it begins: one that is under way is not touched', async () => {
  const { flags } = observed()
  const work = deferred<string>()
  const policy = vi.fn(mark) as unknown as Policy
  const call = watch(bypassUnless(flags, 'ENABLE_RETRY', policy)(() => work.promise))
  flags.override('ENABLE_RETRY', true)
  work.resolve('done')
  await advance(0)
  expect(call).toMatchObject({ state: 'fulfilled', value: 'done' })
  expect(policy).not.toHaveBeenCalled()
})

test('a timeout can be turned on while the process runs', async () => {
  const { flags } = observed()
  const late = new Error('late')
  const timeout: Policy = (operation, context = {}) =>
    runWithTimeout(operation, context, 100, systemClock, () => late)
  const policy = bypassUnless(flags, 'ENABLE_RETRY', timeout)
  const before = watch(policy(hang))
  flags.override('ENABLE_RETRY', true)
  const after = watch(policy(hang))
  await advance(1000)
  expect(before.state).toBe('pending')
  expect(after).toMatchObject({ state: 'rejected', reason: late, settledAt: 100 })
})

test('can be nested, as any policy', async () => {
  const { flags } = observed()
  const inner = bypassUnless(flags, 'ENABLE_RETRY', mark)
  const outer: Policy = (operation, context) => inner(operation, { ...context, deadlineAt: 7 })
  expect(await outer(echo)).toEqual({ deadlineAt: 7 })
  flags.override('ENABLE_RETRY', true)
  expect(await outer(echo)).toEqual({ deadlineAt: 7, marked: true })
})

describe('while the flag is off', () => {
  const bypassed = () => bypassUnless(observed().flags, 'ENABLE_RETRY', mark)

  test('the operation’s errors come through untouched, thrown or rejected, as a rejection', async () => {
    const fault = new Error('boom')
    const throws = () => {
      throw fault
    }
    await expect(bypassed()(throws)).rejects.toBe(fault)
    await expect(bypassed()(() => Promise.reject(fault))).rejects.toBe(fault)
  })

  test('without a context the operation gets one that is empty', async () => {
    expect(await bypassed()(echo)).toEqual({})
  })

  test('nothing starts on an aborted signal', async () => {
    const operation = vi.fn()
    const reason = new Error('gone')
    const call = bypassed()(operation, { signal: AbortSignal.abort(reason) })
    await expect(call).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
  })

  test('an aborted call rejects at once, and leaves no listener', async () => {
    const controller = new AbortController()
    const call = watch(bypassed()(hang, { signal: controller.signal }))
    await advance(5)
    const reason = new Error('enough')
    controller.abort(reason)
    await advance(0)
    expect(call).toMatchObject({ state: 'rejected', reason, settledAt: 5 })
    expect(call.reason).toBe(reason)
    expect(listeners(controller.signal)).toBe(0)
  })

  test('a signal that lives long gathers no listeners', async () => {
    const { signal } = new AbortController()
    for (let i = 0; i < 3; i++) expect(await bypassed()(() => i, { signal })).toBe(i)
    expect(listeners(signal)).toBe(0)
  })
})

describe('is refused at creation', () => {
  const create = (name: string, policy: unknown = mark) =>
    bypassUnless(observed().flags, name as 'ENABLE_RETRY', policy as Policy)

  test('with a flag that does not exist, which would turn the policy off for good', () => {
    expect(() => create('ENABLE_RETRYY')).toThrow(
      new RangeError('There is no flag "ENABLE_RETRYY", did you mean "ENABLE_RETRY"?'),
    )
    expect(() => create('toString')).toThrow('There is no flag "toString"')
    expect(() => create(undefined as never)).toThrow('There is no flag of type undefined')
  })

  test('with a flag that is not boolean, whose text "off" would turn it on', () => {
    expect(() => create('GUARDRAIL_MODE')).toThrow('GUARDRAIL_MODE must be boolean, not enum')
  })

  test('with a policy that is no function, and with flags that are none', () => {
    expect(() => create('ENABLE_RETRY', { retries: 3 })).toThrow('`policy` must be a function')
    for (const flags of [undefined, null, {}, 'ENABLE_RETRY']) {
      expect(() => bypassUnless(flags as never, 'ENABLE_RETRY' as never, mark)).toThrow(
        '`flags` must be what `createFlags` returned',
      )
    }
  })
})

test('a context or signal of null counts as absent, and any other fault rejects before the operation runs', async () => {
  const { flags } = observed()
  const policy = bypassUnless(flags, 'ENABLE_RETRY', mark)
  expect(await policy(() => 1, null as never)).toBe(1)
  expect(await policy(() => 2, { signal: null as never })).toBe(2)
  const operation = vi.fn()
  for (const signal of [1, {}, { aborted: false }, new AbortController()]) {
    const call = watch(policy(operation, { signal: signal as AbortSignal }))
    await advance(0)
    expect(call.reason).toBeInstanceOf(TypeError)
  }
  expect(operation).not.toHaveBeenCalled()
})
