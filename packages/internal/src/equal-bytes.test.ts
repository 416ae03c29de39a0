import { expect, test } from 'vitest'
import { equalBytes } from './equal-bytes.ts'

const bytes = Uint8Array.from({ length: 32 }, (_, at) => at * 7)

/** The bytes, and how often each is read. */
function watched(): { readonly reads: number[]; readonly watched: Uint8Array } {
  const reads: number[] = Array.from(bytes, () => 0)
  const watched = new Proxy(bytes, {
    get(target, key) {
      const at = Number(key)
      if (Number.isInteger(at)) reads[at] = (reads[at] ?? 0) + 1
      return Reflect.get(target, key)
    },
  })
  return { reads, watched }
}

test('the same bytes are equal', () => {
  expect(equalBytes(bytes, bytes.slice())).toBe(true)
})

test.each([0, 1, 15, 30, 31])('a bit that differs in byte %i makes them differ', (at) => {
  for (let bit = 0; bit < 8; bit++) {
    const other = bytes.slice()
    other[at] = (other[at] ?? 0) ^ (1 << bit)
    expect(equalBytes(bytes, other)).toBe(false)
  }
})

test.each([
  ['that are the same', bytes],
  ['that differ from the first on', bytes.map((byte) => ~byte)],
])('each byte is read once, of bytes %s', (_, other) => {
  const { reads, watched: a } = watched()
  equalBytes(a, other)
  expect(reads).toEqual(Array.from(bytes, () => 1))
})
