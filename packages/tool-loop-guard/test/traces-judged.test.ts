import { describe, expect, test } from 'vitest'
import { holdfast, holdfastWithoutSteps } from '../../../benchmarks/src/evaluate/judges/holdfast.ts'
import { judgeAll, type Outcome } from '../../../benchmarks/src/evaluate/score.ts'
import { readTraces } from './read-traces.ts'

/** What `npm run evaluate -- guard` shows, held: a change of limits that costs something is seen. */
describe.each([holdfast, holdfastWithoutSteps])('$name', (judge) => {
  const outcomes = judgeAll(judge, readTraces())
  const wrong = (result: Outcome['result']) =>
    outcomes.filter((outcome) => outcome.result === result).map(({ trace }) => trace.id)

  test('catches every loop', () => {
    expect(wrong('missed')).toEqual([])
  })

  test('stops none before it is one', () => {
    expect(wrong('too early')).toEqual([])
  })

  test('stops no healthy run', () => {
    expect(wrong('wrongly stopped')).toEqual([])
  })

  test('lets some six acts of a loop pass, in the mean, and half of them no more than three', () => {
    const wasted = outcomes
      .filter(({ trace }) => trace.label === 'loop')
      .map((outcome) => outcome.wasted)
      .toSorted((a, b) => a - b)
    expect(wasted.reduce((sum, acts) => sum + acts, 0) / wasted.length).toBeLessThan(6.1)
    expect(wasted[Math.floor(wasted.length / 2)]).toBeLessThanOrEqual(3)
  })
})
