/** A source of numbers in [0, 1), as `Math.random`. */
export type Random = () => number

/**
 * Makes a source that gives the same numbers for the same `seed` and `stream`: the sfc32 of Chris Doty-Humphrey's
 * PractRand. What draws from streams of its own is not disturbed by how often others draw.
 */
export function createRandom(seed: number, stream: number): Random {
  let a = seed | 0
  let b = stream | 0
  let c = 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 16; round++) next()
  return next
}

/** Draws the time to the next event of a Poisson process, or how long a service of no memory takes. */
export function drawExponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random())
}
