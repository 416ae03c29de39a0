import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readPublicRuns } from './read-public-runs.ts'
import { readTraces } from './read-traces.ts'

const runs = readPublicRuns()
const healthy = runs.filter(({ label }) => label === 'healthy')
const loops = runs.filter(({ label }) => label === 'loop')

describe('the runs from public reports', () => {
  test('are at least 40 healthy ones and 20 loops', () => {
    expect(healthy.length).toBeGreaterThanOrEqual(40)
    expect(loops.length).toBeGreaterThanOrEqual(20)
  })

  test('each have a reference of their own', () => {
    for (const { id, reference } of runs) expect(reference, id).toMatch(/^https:\/\/\S+$/)
    expect(new Set(runs.map(({ reference }) => reference)).size).toBe(runs.length)
  })

  test('have ids that no other run or labeled trace has', () => {
    const ids = [...runs, ...readTraces()].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('include at least 12 healthy ones of more than 60 steps and 8 of 25 to 60', () => {
    const lengths = healthy.map(({ steps }) => steps.length)
    expect(lengths.filter((length) => length > 60).length).toBeGreaterThanOrEqual(12)
    expect(lengths.filter((length) => length >= 25 && length <= 60).length).toBeGreaterThanOrEqual(
      8,
    )
  })

  test('cover each domain with healthy runs and with loops', () => {
    const domains = 'browsing, coding, data, operations, research, sub-agents, support'
    for (const some of [healthy, loops]) {
      expect([...new Set(some.map(({ domain }) => domain))].toSorted().join(', ')).toBe(domains)
    }
  })

  test('are held out, and nothing is declared of their tools or steps', () => {
    for (const { id, set, tools, known, maxSteps } of runs) {
      expect({ id, set, tools, known, maxSteps }).toEqual({ id, set: 'held-out' })
    }
  })

  test('repeat a tool, or text, where a loop is said to begin', () => {
    for (const { id, loopStartsAt = 0, steps } of loops) {
      const acts = steps.flatMap(({ calls }) =>
        calls.length > 0 ? calls.map(({ tool }) => tool) : ['(text)'],
      )
      expect(acts.slice(0, loopStartsAt), id).toContain(acts[loopStartsAt])
      expect(acts.length - loopStartsAt, id).toBeGreaterThanOrEqual(12)
    }
  })

  test('are listed in the README with their number of steps', () => {
    const readme = readFileSync(new URL('./public-runs/README.md', import.meta.url), 'utf8')
    for (const { id, label, domain, steps } of runs) {
      expect(readme).toContain(`| \`${id}\` | ${label} | ${domain} | ${steps.length} |`)
    }
  })
})
