import { expect, it } from 'vitest'
import { seededRandom } from './random.ts'

it('repeats itself for the same seed, and not for another', () => {
  const take = (seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 20 }, random)
  }
  expect(take(7)).toEqual(take(7))
  expect(take(7)).not.toEqual(take(8))
})

it('stays from 0 to below 1 and spreads evenly', () => {
  const random = seededRandom(1)
  const numbers = Array.from({ length: 10_000 }, random)
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...numbers)).toBeLessThan(1)
  expect(numbers.reduce((sum, each) => sum + each, 0) / numbers.length).toBeCloseTo(0.5, 1)
})
