import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { whenAborted } from './when-aborted.ts'

describe('waiting for an abort', () => {
  it('calls everyone who waits, once, in order', () => {
    const controller = new AbortController()
    const called: string[] = []
    whenAborted(controller.signal, () => called.push('a'))
    whenAborted(controller.signal, () => called.push('b'))
    controller.abort()
    controller.abort()
    expect(called).toEqual(['a', 'b'])
  })

  it('calls at once when the signal is aborted already', () => {
    const listener = vi.fn()
    whenAborted(AbortSignal.abort(), listener)()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('can be called off, before and while the others are called', () => {
    const controller = new AbortController()
    const early = vi.fn()
    const late = vi.fn()
    const callOffEarly = whenAborted(controller.signal, early)
    whenAborted(controller.signal, () => callOffLate())
    const callOffLate = whenAborted(controller.signal, late)
    callOffEarly()
    callOffEarly()
    controller.abort()
    expect(early).not.toHaveBeenCalled()
    expect(late).not.toHaveBeenCalled()
  })

  it('never waits where there is no signal', () => {
    const listener = vi.fn()
    whenAborted(undefined, listener)()
    expect(listener).not.toHaveBeenCalled()
  })

  it('a thousand calls under one signal share one listener, and the last leaves none', () => {
    const { signal } = new AbortController()
    const callOffs = Array.from({ length: 1_000 }, () => whenAborted(signal, () => {}))
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    for (const callOff of callOffs) callOff()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    whenAborted(signal, () => {})
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  })
})
