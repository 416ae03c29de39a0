import { afterAll, describe, expect, test, vi } from 'vitest'
import { newSpanId, newTraceId } from './ids.ts'

const random = vi.spyOn(crypto, 'getRandomValues')
afterAll(() => random.mockRestore())

describe('ids', () => {
  test.each([
    ['trace', newTraceId, /^[0-9a-f]{32}$/],
    ['span', newSpanId, /^[0-9a-f]{16}$/],
  ])('of a %s are well-formed, and 100,000 are all different', (_, make, pattern) => {
    const ids = Array.from({ length: 1e5 }, make)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.every((id) => pattern.test(id))).toBe(true)
  })

  test('of both kinds share no digits', () => {
    const digits = new Set<string>()
    for (let count = 0; count < 10_000; count++) {
      const traceId = newTraceId()
      for (const id of [newSpanId(), traceId.slice(0, 16), traceId.slice(16)]) digits.add(id)
    }
    expect(digits.size).toBe(30_000)
  })

  test('use every bit', () => {
    const ids = Array.from({ length: 1000 }, newTraceId)
    for (let place = 0; place < 32; place++) {
      expect(new Set(ids.map((id) => id[place])).size).toBe(16)
    }
  })

  test('are never all zero', () => {
    for (const [make, length] of [
      [newTraceId, 32],
      [newSpanId, 16],
    ] as const) {
      const calls = random.mock.calls.length
      random.mockImplementationOnce((bytes) => (bytes as Uint8Array<ArrayBuffer>).fill(0) as never)
      while (random.mock.calls.length === calls) expect(make()).not.toMatch(/^0*$/)
      // The pool of zeros was met, and passed over.
      expect(random.mock.calls.length).toBe(calls + 2)
      expect(make()).toHaveLength(length)
    }
  })

  test('take one call for random bytes for many', () => {
    const calls = random.mock.calls.length
    for (let count = 0; count < 640; count++) newTraceId()
    expect(random.mock.calls.length - calls).toBeLessThanOrEqual(11)
  })
})
