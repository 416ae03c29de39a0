import { expect, test, vi } from 'vitest'
import { emit } from './events.ts'

test('an observer hears the event', () => {
  const onEvent = vi.fn()
  emit(onEvent, { type: 'boom' })
  expect(onEvent).toHaveBeenCalledExactlyOnceWith({ type: 'boom' })
  expect(() => emit(undefined, { type: 'boom' })).not.toThrow()
})

test('an observer that throws or rejects harms nobody', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const fault = new Error('observer')
  expect(() =>
    emit(() => {
      throw fault
    }, {}),
  ).not.toThrow()
  emit(() => Promise.reject(fault), {})
  await new Promise(setImmediate)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
