import { describe, expect, test, vi } from 'vitest'
import { type CallbackFailedEvent, callbackReporter, guardCallback } from './callbacks.ts'

type Predicate = (value: number) => boolean

const fault = new Error('the callback is broken')
const isEven: Predicate = (value) => value % 2 === 0

function guard(given: Predicate | undefined) {
  const events: CallbackFailedEvent[] = []
  const report = callbackReporter('chat', (event) => events.push(event))
  return { predicate: guardCallback('when', given, isEven, report), events }
}

describe('a callback', () => {
  test('decides, with what it is called with', () => {
    const given = vi.fn((value: number) => value > 5)
    const { predicate, events } = guard(given)
    expect([predicate(6), predicate(5)]).toEqual([true, false])
    expect(given.mock.calls).toEqual([[6], [5]])
    expect(events).toEqual([])
  })

  test('that is not given leaves the decision to the default', () => {
    expect(guard(undefined).predicate).toBe(isEven)
  })

  test('that throws counts as absent and is reported', () => {
    const { predicate, events } = guard(() => {
      throw fault
    })
    expect([predicate(4), predicate(5)]).toEqual([true, false])
    const failed = { type: 'callback.failed', name: 'chat', callback: 'when', error: fault }
    expect(events).toEqual([failed, failed])
  })

  test('that returns a promise counts as absent, and its rejection ends nothing', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { predicate, events } = guard((async () => {
      throw fault
    }) as unknown as Predicate)
    expect([predicate(4), predicate(5)]).toEqual([true, false])
    await new Promise(setImmediate)
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
    expect(events.map(({ error }) => String(error))).toEqual(
      Array(2).fill('TypeError: `when` must not return a promise'),
    )
  })

  test('may fail though nobody observes, and though the observer fails too', () => {
    const broken: Predicate = () => {
      throw fault
    }
    const observers = [undefined, broken as unknown as () => void]
    for (const onEvent of observers) {
      const report = callbackReporter('chat', onEvent)
      expect(guardCallback('when', broken, isEven, report)(4)).toBe(true)
    }
  })
})
