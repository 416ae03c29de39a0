import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { whenAborted } from './when-aborted.ts'

const count = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

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

  it('gives a signal one listener, however many calls wait for it at once or in turn', () => {
    const { signal } = new AbortController()
    const callOffs = Array.from({ length: 1_000 }, () => whenAborted(signal, () => {}))
    expect(count(signal)).toBe(1)
    for (const callOff of callOffs) callOff()
    for (let call = 0; call < 1_000; call++) whenAborted(signal, () => {})()
    expect(count(signal)).toBe(1)
  })

  it('adds no listener for a call that follows another under the same signal', () => {
    const { signal } = new AbortController()
    whenAborted(signal, () => {})()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    for (let call = 0; call < 1_000; call++) whenAborted(signal, () => {})()
    expect(added).not.toHaveBeenCalled()
    expect(removed).not.toHaveBeenCalled()
  })

  it('leaves a listener on the signal used last only, so that none accumulate', () => {
    const signals = Array.from({ length: 100 }, () => new AbortController().signal)
    for (const signal of signals) whenAborted(signal, () => {})()
    expect(signals.map(count)).toEqual([...Array(99).fill(0), 1])
  })

  it('keeps the listener of a signal that a call waits for while others come and go', () => {
    const controller = new AbortController()
    const listener = vi.fn()
    whenAborted(controller.signal, () => {})()
    whenAborted(controller.signal, listener)
    for (let call = 0; call < 3; call++) whenAborted(new AbortController().signal, () => {})()
    controller.abort()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('leaves nothing on a signal that has aborted', () => {
    const controller = new AbortController()
    const callOff = whenAborted(controller.signal, () => callOff())
    controller.abort()
    expect(count(controller.signal)).toBe(0)
  })
})
