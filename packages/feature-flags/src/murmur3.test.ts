import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { murmur3 } from './murmur3.ts'

// Of the reference implementation, SMHasher's MurmurHash3_x86_32.
test.each([
  ['', 0, 0x00000000],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['\0', 0, 0x514e28b7],
  ['\0\0', 0, 0x30f4c306],
  ['\0\0\0', 0, 0x85f0b427],
  ['\0\0\0\0', 0, 0x2362f9de],
  ['test', 0, 0xba6bd213],
  ['test', 0x9747b28c, 0x704b81dc],
  ['a', 0x9747b28c, 0x7fa09ea6],
  ['aa', 0x9747b28c, 0x5d211726],
  ['aaa', 0x9747b28c, 0x283e0130],
  ['aaaa', 0x9747b28c, 0x5a97808a],
  ['Hello, world!', 0, 0xc0363e43],
  ['Hello, world!', 0x9747b28c, 0x24884cba],
  ['ππππππππ', 0x9747b28c, 0xd58063c1],
  ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
  ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
])('%j with seed %i', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash)
})

test('ids that are not ASCII are hashed by their bytes, not by their UTF-16 units', () => {
  expect(murmur3('f50:é')).toBe(213613779)
})

test.each(['\ud83d', '\ude00', 'a\ud83d', '\ud83db', '\ude00\ud83d', '\ud800\ud800\udc00'])(
  'a lone surrogate is U+FFFD: %j',
  (text) => {
    const replaced = new TextDecoder().decode(new TextEncoder().encode(text))
    expect(replaced).toContain('\ufffd')
    expect(murmur3(text)).toBe(murmur3(replaced))
  },
)

test('is what the algorithm gives over the bytes of TextEncoder', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
      .map((units) => String.fromCharCode(...units)),
  )
  fc.assert(
    fc.property(text, fc.nat(0xffffffff), (text, seed) => {
      expect(murmur3(text, seed)).toBe(reference(new TextEncoder().encode(text), seed))
    }),
    { numRuns: 500 },
  )
})

/** Written after the reference, block by block over bytes, so as to share nothing with the code under test. */
function reference(bytes: Uint8Array, seed: number): number {
  const mask = 0xffffffffn
  const rotate = (word: bigint, bits: bigint) => ((word << bits) | (word >> (32n - bits))) & mask
  const scramble = (block: bigint) =>
    (rotate((block * 0xcc9e2d51n) & mask, 15n) * 0x1b873593n) & mask
  let hash = BigInt(seed)
  for (let at = 0; at < bytes.length; at += 4) {
    const part = bytes.slice(at, at + 4)
    const block = part.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
    hash ^= scramble(block)
    if (part.length === 4) hash = (rotate(hash, 13n) * 5n + 0xe6546b64n) & mask
  }
  hash ^= BigInt(bytes.length)
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask
  return Number(hash ^ (hash >> 16n))
}

// The vectors of flagd's testbed (evaluator/gherkin/fractional.feature, `@fractional-v2`; flags/custom-ops.json).
describe('flagd v2 fractional', () => {
  const pick = (text: string, ...buckets: string[]) =>
    buckets[Math.floor((murmur3(text) * buckets.length) / 2 ** 32)]
  const suit = (text: string) => pick(text, 'clubs', 'diamonds', 'hearts', 'spades')

  test.each([
    ['jack', 'hearts'],
    ['queen', 'spades'],
    ['ten', 'clubs'],
    ['nine', 'diamonds'],
    ['3', 'clubs'],
  ])('fractional-flag: %s has %s', (name, value) => {
    expect(suit(`fractional-flag${name}`)).toBe(value)
  })

  test.each([
    ['seven', 'hearts'],
    ['eight', 'diamonds'],
    ['nine', 'clubs'],
    ['two', 'spades'],
  ])('shared-seed: %s has %s', (name, value) => {
    expect(suit(`shared-seed${name}`)).toBe(value)
  })

  test.each([
    ['jon@company.com', 'heads'],
    ['jane@company.com', 'tails'],
  ])('fractional-flag-shorthand: %s has %s', (key, value) => {
    expect(pick(`fractional-flag-shorthand${key}`, 'heads', 'tails')).toBe(value)
  })

  // Found by search: their hashes are 0 and its neighbours, the middle and the last.
  test.each([
    ['ejOoVL', 'lower'],
    ['bY9fO-', 'lower'],
    ['SI7p-', 'lower'],
    ['6LvT0', 'upper'],
    ['ceQdGm', 'upper'],
  ])('at the edges: %s is in the %s half', (key, value) => {
    expect(pick(key, 'lower', 'upper')).toBe(value)
  })
})
