/** Returns a number in [0, 1), as `Math.random` does. */
export type Random = () => number

/**
 * Creates a generator that repeats its numbers for the same `seed` and `stream`. The algorithm is sfc32 from Chris
 * Doty-Humphrey's PractRand. Streams are independent: a draw from one does not change the numbers of another.
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

/** Draws from an exponential distribution: the time between two arrivals of a Poisson process, or a service time. */
export function drawExponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random())
}
