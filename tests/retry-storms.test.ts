import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createEventQueue } from '../simulations/src/engine/event-queue.ts'
import { comparePolicies, policyTable } from '../simulations/src/retries/compare-policies.ts'
import {
  naive,
  none,
  oursWithBudget,
  oursWithoutBudget,
} from '../simulations/src/retries/policies.ts'
import { simulateRetryStorms } from '../simulations/src/retries/retry-storms.ts'
import { createScenario } from '../simulations/src/retries/scenario.ts'

test('the event queue returns events in the order of their times', () => {
  const queue = createEventQueue<number>()
  const times = Array.from({ length: 1_000 }, (_, index) => (index * 7_919) % 997)
  for (const time of times) queue.push(time, time)
  expect(times.map(() => queue.pop())).toEqual(times.toSorted((a, b) => a - b))
  expect(queue.pop()).toBeUndefined()
})

describe('npm run simulate -- retries', () => {
  test('repeats its output for the same seed, and changes it for another seed', () => {
    const print = (seed: number) => {
      const { text, svg } = simulateRetryStorms({ seed, clients: 1_000 })
      return text + svg
    }
    const first = print(1)
    expect(print(1)).toBe(first)
    expect(print(2)).not.toBe(first)
  })

  test('clients with a budget recover after the outage, and clients without a budget do not', () => {
    const scenario = createScenario({ seed: 1, clients: 2_000, processes: 2 })
    const goodputs = comparePolicies(scenario, [naive, oursWithoutBudget, oursWithBudget()]).map(
      ({ figures }) => figures.goodput.end / scenario.callsPerSecond,
    )
    expect(goodputs).toEqual([0, 0, expect.closeTo(1, 1)])
  })

  // Checks two of the six rows, to save time. If this fails, run `npm run simulate` to update the page.
  test('the page shows what the command prints', () => {
    const page = readFileSync(new URL('../docs/retry-storms.md', import.meta.url), 'utf8')
    const scenario = createScenario({ seed: 1, clients: 10_000 })
    for (const row of policyTable(comparePolicies(scenario, [none, oursWithBudget()])).split('\n'))
      expect(page).toContain(row)
  })
})
