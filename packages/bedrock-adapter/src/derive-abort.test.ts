import { listeners } from '@holdfast/internal/testing'
import { describe, expect, it } from 'vitest'
import { deriveAbort } from './derive-abort.ts'

const reason = new Error('the caller gave up')

describe('a derived abort', () => {
  it('follows its parent, with the reason itself', () => {
    const parent = new AbortController()
    const { signal } = deriveAbort(parent.signal)
    parent.abort(reason)
    expect(signal.reason).toBe(reason)
    expect(deriveAbort(parent.signal).signal.reason).toBe(reason)
  })

  it('aborts alone, and a second reason changes nothing', () => {
    const parent = new AbortController()
    const derived = deriveAbort(parent.signal)
    derived.abort(reason)
    parent.abort(new Error('later'))
    expect(derived.signal.reason).toBe(reason)
    expect(deriveAbort(undefined).signal.aborted).toBe(false)
  })

  it('once disposed of, neither listens nor follows', () => {
    const parent = new AbortController()
    const derived = deriveAbort(parent.signal)
    expect(listeners(parent.signal)).toBe(1)
    derived.dispose()
    expect(listeners(parent.signal)).toBe(0)
    parent.abort(reason)
    expect(derived.signal.aborted).toBe(false)
  })
})
