import type { Context, Policy } from '@holdfast/internal'
import { deferred, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { type FallbackToEvent, fallbackTo } from './fallback-to.ts'
import { pipeline } from './pipeline.ts'

useVirtualTime()

const boom = new Error('boom')
const fail = () => Promise.reject(boom)

describe('a fallback value', () => {
  test('is not used when the operation succeeds', async () => {
    const value = vi.fn()
    await expect(fallbackTo(value)(() => 'answer')).resolves.toBe('answer')
    expect(value).not.toHaveBeenCalled()
  })

  test.each<[what: string, value: unknown]>([
    ['a constant', 'cached'],
    ['a function', () => 'cached'],
    ['an asynchronous function', async () => 'cached'],
  ])('may be %s', async (_, value) => {
    await expect(fallbackTo(value)(fail)).resolves.toBe('cached')
  })

  test('may depend on the error', async () => {
    const orMessage = fallbackTo((error) => (error as Error).message)
    await expect(orMessage(fail)).resolves.toBe('boom')
  })

  test('covers what the policies inside reject with', async () => {
    const open: Policy = () => Promise.reject(new Error('the circuit is open'))
    await expect(pipeline(fallbackTo('cached'), open)(() => 'answer')).resolves.toBe('cached')
  })

  test('may depend on the context of the call', async () => {
    const orCached = fallbackTo((_error, context: Context & { key?: string }) => context.key)
    await expect(pipeline(orCached)(fail, { key: 'a' })).resolves.toBe('a')
  })

  test('is not used for an error that `when` excludes', async () => {
    await expect(fallbackTo('cached', { when: (error) => error !== boom })(fail)).rejects.toBe(boom)
  })

  test('is not used when the caller aborts', async () => {
    const controller = new AbortController()
    const reason = new Error('the caller left')
    const call = fallbackTo('cached')(() => deferred().promise, { signal: controller.signal })
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })

  test('that fails leaves the operation’s own error, and is reported', async () => {
    const events: FallbackToEvent[] = []
    const fault = new Error('the cache is down')
    const onEvent = (event: FallbackToEvent) => {
      if (event.type !== 'fallback.created') events.push(event)
    }
    const orCached = fallbackTo(() => Promise.reject(fault), { onEvent })
    await expect(orCached(fail)).rejects.toBe(boom)
    expect(events).toEqual([
      { type: 'callback.failed', name: 'fallback', callback: 'value', error: fault },
    ])
  })

  test('that is used is reported', async () => {
    const onEvent = vi.fn()
    await fallbackTo('cached', { name: 'pages', onEvent })(fail)
    const event = { type: 'fallback.substituted', name: 'pages', errorName: 'Error' }
    expect(onEvent.mock.calls.map(([event]) => event)).toEqual([
      { type: 'fallback.created', name: 'pages', candidates: [] },
      event,
    ])
  })
})
