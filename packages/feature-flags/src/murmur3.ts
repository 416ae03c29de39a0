/**
 * MurmurHash3 (x86, 32 bits) of the text's UTF-8 bytes, unsigned: the same as any implementation over UTF-8 gives, such
 * as flagd's. A lone surrogate counts as U+FFFD, as `TextEncoder` has it. Source: Austin Appleby's `MurmurHash3.cpp`.
 *
 * Encodes as it goes, so that nothing is allocated.
 */
export function murmur3(text: string, seed = 0): number {
  let hash = seed
  let block = 0
  let length = 0
  for (let i = 0; i < text.length; i++) {
    let bytes = text.charCodeAt(i)
    if (bytes > 0x7f) {
      const codePoint = text.codePointAt(i) as number
      if (codePoint > 0xffff) i++
      bytes = utf8(codePoint)
    }
    // No byte of a character of several is 0, so what is left tells whether one is.
    do {
      block |= (bytes & 0xff) << ((length++ & 3) * 8)
      if ((length & 3) === 0) {
        hash = Math.imul(rotateLeft(hash ^ scramble(block), 13), 5) + 0xe6546b64
        block = 0
      }
      bytes >>>= 8
    } while (bytes !== 0)
  }
  hash ^= scramble(block) ^ length
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The bytes of a character that is not ASCII, the first one lowest. */
function utf8(codePoint: number): number {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return 0xbdbfef
  const last = 0x80 | (codePoint & 0x3f)
  if (codePoint < 0x800) return 0xc0 | (codePoint >> 6) | (last << 8)
  const middle = 0x80 | ((codePoint >> 6) & 0x3f)
  if (codePoint < 0x10000) return 0xe0 | (codePoint >> 12) | (middle << 8) | (last << 16)
  const second = 0x80 | ((codePoint >> 12) & 0x3f)
  return 0xf0 | (codePoint >> 18) | (second << 8) | (middle << 16) | (last << 24)
}

const rotateLeft = (word: number, bits: number): number => (word << bits) | (word >>> (32 - bits))

const scramble = (block: number): number =>
  Math.imul(rotateLeft(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593)
