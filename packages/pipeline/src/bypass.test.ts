import type { Context, Policy } from '@holdfast/internal'
import { hang, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { bypass } from './bypass.ts'
import { pipeline } from './pipeline.ts'

/** A policy that counts its calls and adds a field to the context. */
function counting() {
  const counted = { calls: 0 }
  const policy: Policy<Context & { readonly attempt: number }> = async (operation, context) => {
    counted.calls++
    return operation({ ...context, attempt: 1 })
  }
  return { counted, policy }
}

const reason = new Error('the caller gave up')
const boom = new Error('boom')

describe('bypass', () => {
  test('is the policy while it is on', async () => {
    const { counted, policy } = counting()
    const context = { signal: new AbortController().signal, key: 'a model' }
    const seen = await bypass(policy, () => false)((given) => given, context)
    expect(seen).toEqual({ ...context, attempt: 1 })
    expect(counted.calls).toBe(1)
  })

  test('is the operation alone while it is off, with the caller’s own context', async () => {
    const { counted, policy } = counting()
    const context = { signal: new AbortController().signal, key: 'a model' }
    const off = bypass(policy, () => true)
    await expect(off((given) => given, context)).resolves.toBe(context)
    await expect(off((given) => given)).resolves.toEqual({})
    expect(counted.calls).toBe(0)
  })

  test('is asked once at each call', async () => {
    const { counted, policy } = counting()
    let isOff = false
    const asked = vi.fn(() => isOff)
    const layer = bypass(policy, asked)
    expect(asked).not.toHaveBeenCalled()
    await layer(() => 1)
    isOff = true
    await layer(() => 2)
    await layer(() => 3)
    isOff = false
    await layer(() => 4)
    expect(counted.calls).toBe(2)
    expect(asked).toHaveBeenCalledTimes(4)
  })

  test('does not ask about a call that is under way', async () => {
    let isOff = false
    const ends: string[] = []
    const noting: Policy = async (operation, context = {}) => {
      try {
        return await operation(context)
      } finally {
        ends.push('policy')
      }
    }
    const layer = bypass(noting, () => isOff)
    const call = layer(async () => {
      isOff = true
      await Promise.resolve()
      return 'done'
    })
    await expect(call).resolves.toBe('done')
    expect(ends).toEqual(['policy'])
  })

  test.each([
    ['on', false],
    ['off', true],
  ])('%s: errors come through, the same object', async (_, isOff) => {
    const layer = bypass(counting().policy, () => isOff)
    await expect(layer(() => Promise.reject(boom))).rejects.toBe(boom)
    await expect(
      layer(() => {
        throw boom
      }),
    ).rejects.toBe(boom)
  })

  test('off: an abort is heard, before and meanwhile', async () => {
    const layer = bypass(counting().policy, () => true)
    const operation = vi.fn(hang)
    await expect(layer(operation, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(operation).not.toHaveBeenCalled()
    const controller = new AbortController()
    const call = watch(layer(operation, { signal: controller.signal }))
    controller.abort(reason)
    await new Promise(setImmediate)
    expect(call.reason).toBe(reason)
  })

  test('turns off one layer of a pipeline, and no other', async () => {
    const [outer, inner] = [counting(), counting()]
    let isOff = true
    const layers = pipeline(
      outer.policy,
      bypass(inner.policy, () => isOff),
    )
    await layers(() => 1)
    isOff = false
    await layers(() => 2)
    expect([outer.counted.calls, inner.counted.calls]).toEqual([2, 1])
  })

  test('whose switch throws is on', async () => {
    const { counted, policy } = counting()
    const operation = vi.fn(() => 'done')
    const layer = bypass(policy, () => {
      throw boom
    })
    await expect(layer(operation)).resolves.toBe('done')
    expect([counted.calls, operation.mock.calls.length]).toEqual([1, 1])
  })

  test('refuses at creation what is no policy or no switch', () => {
    expect(() => bypass('retry' as never, () => true)).toThrow(
      new TypeError('`policy` must be a function, not "retry"'),
    )
    expect(() => bypass(counting().policy, true as never)).toThrow(
      new TypeError('`isOff` must be a function, not true'),
    )
  })
})
