import { advance, deferred, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { constant } from './backoff.ts'
import type { RetryEvent } from './options.ts'
import { createRetry } from './retry.ts'

useVirtualTime()

const unavailable = () => Promise.reject(Object.assign(new Error('unavailable'), { status: 503 }))

describe('a policy', () => {
  test('has a name, and says when it was created', () => {
    const onEvent = vi.fn<(event: RetryEvent) => void>()
    expect(createRetry({ name: 'search', onEvent }).name).toBe('search')
    expect(createRetry().name).toBe('retry')
    expect(onEvent).toHaveBeenCalledExactlyOnceWith({ type: 'retry.created', name: 'search' })
  })

  test('takes new settings for the calls that follow; what is not named stays', async () => {
    const policy = createRetry({ retries: 5, backoff: constant(10) })
    policy.update({ retries: 1 })
    policy.update({ retries: undefined })
    const operation = vi.fn(unavailable)
    watch(policy(operation))
    await advance(1_000)
    expect(operation).toHaveBeenCalledTimes(2)
  })

  test('lets a call in flight end with the settings that it began with', async () => {
    const policy = createRetry({ retries: 2, backoff: constant(10) })
    const first = deferred()
    const operation = vi.fn(unavailable).mockReturnValueOnce(first.promise as Promise<never>)
    watch(policy(operation))
    policy.update({ retries: 0 })
    first.reject(Object.assign(new Error('unavailable'), { status: 503 }))
    await advance(1_000)
    expect(operation).toHaveBeenCalledTimes(3)
  })

  test('refuses settings that are wrong and stays as it was', async () => {
    const policy = createRetry({ retries: 1, backoff: constant(10) })
    expect(() => policy.update({ retries: -1 })).toThrow('`retries` must be')
    expect(() => policy.update({ name: 'other' } as never)).toThrow('`update` has no option `name`')
    const operation = vi.fn(unavailable)
    watch(policy(operation))
    await advance(1_000)
    expect(operation).toHaveBeenCalledTimes(2)
  })
})
