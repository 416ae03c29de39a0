import { describe, expect, test } from 'vitest'
import { checkTrace } from './check-trace.ts'
import { readTraces } from './read-traces.ts'

const traces = readTraces()

describe('the labelled traces', () => {
  test('are well formed, at least 120, and have ids of their own', () => {
    expect(traces.length).toBeGreaterThanOrEqual(120)
    expect(new Set(traces.map(({ id }) => id)).size).toBe(traces.length)
  })

  test('are loops and healthy runs in about equal parts', () => {
    const loops = traces.filter(({ label }) => label === 'loop').length
    expect(loops / traces.length).toBeGreaterThan(0.45)
    expect(loops / traces.length).toBeLessThan(0.55)
  })

  test('every third of each shape is held out', () => {
    const seen = new Map<string, number>()
    for (const { id, shape, set } of traces) {
      const nth = (seen.get(shape) ?? 0) + 1
      seen.set(shape, nth)
      expect({ id, set }).toEqual({ id, set: nth % 3 === 0 ? 'held-out' : 'tuning' })
    }
    for (const [shape, count] of seen) expect(`${shape}: ${count % 3}`).toBe(`${shape}: 0`)
  })

  test('a loop repeats something from where it is said to begin', () => {
    for (const { id, loopStartsAt = 0, label, steps } of traces) {
      if (label === 'healthy') continue
      // What all these repetitions leave as it was is the tool, or that there is none; but for one.
      const acts = steps.flatMap(({ calls }) =>
        calls.length > 0 ? calls.map(({ tool }) => tool) : ['(text)'],
      )
      if (id === 'ever-other-misspellings') continue
      expect(acts.slice(0, loopStartsAt), id).toContain(acts[loopStartsAt])
    }
  })

  test('a healthy run of more than 24 steps has a limit of its own', () => {
    for (const { id, label, steps, maxSteps } of traces) {
      if (label === 'healthy' && steps.length > 24) expect(maxSteps, id).toBeGreaterThan(60)
    }
  })
})

describe('what is no trace is told by its place', () => {
  const call = { tool: 'read', input: {}, output: '' }
  const good = { id: 'a', shape: 's', label: 'loop', set: 'tuning', why: 'w', loopStartsAt: 1 }
  const with_ = (more: object, calls: unknown[] = [call, call]) => ({
    ...good,
    steps: [{ calls }],
    ...more,
  })

  test('but the good one is taken', () => {
    const trace = with_({ tools: { read: { poll: true, ignoreKeys: ['at'] } }, known: ['read'] })
    expect(checkTrace(trace, 'x')).toBe(trace)
  })

  test.each<[string, unknown]>([
    ['x must be an object', []],
    ['x lacks "steps"', good],
    ['x has an unknown field "note"', with_({ note: '' })],
    ['x.why must be a text that is not empty', with_({ why: '' })],
    ['x.reference must be a text that is not empty', with_({ reference: '' })],
    ['x.domain must be a text that is not empty', with_({ domain: 1 })],
    ['x.label must be one of loop, healthy', with_({ label: 'good' })],
    ['x.set must be one of tuning, held-out', with_({ set: 'test' })],
    ['x: loopStartsAt is for loops, and each of them has one', with_({ label: 'healthy' })],
    ["x.loopStartsAt is beyond the trace's end", with_({ loopStartsAt: 2 })],
    ['x.loopStartsAt must be an integer of 1 or more', with_({ loopStartsAt: 0 })],
    ['x.maxSteps must be an integer of 1 or more', with_({ maxSteps: 1.5 })],
    ['x.tools.read has an unknown field "limit"', with_({ tools: { read: { limit: 3 } } })],
    ['x.tools.read.poll must be a boolean', with_({ tools: { read: { poll: 1 } } })],
    ['x.known must not be empty', with_({ known: [] })],
    ['x.known[0] must be a text that is not empty', with_({ known: [1] })],
    ['x.steps must not be empty', with_({ steps: [] })],
    ['x.steps[0] has neither text nor calls', with_({}, [])],
    ['x.steps[0].calls must be a list', with_({ steps: [{ calls: {} }] })],
    ['x.steps[0].calls[0] lacks "output"', with_({}, [{ tool: 'read', input: 1 }])],
    ['x.steps[0].calls[0] has an unknown field "output"', with_({}, [{ ...call, error: {} }])],
    [
      'x.steps[0].calls[0].error.retryable must be a boolean',
      with_({}, [{ tool: 'r', input: 1, error: { message: 'm', retryable: 1 } }]),
    ],
  ])('%s', (message, value) => {
    expect(() => checkTrace(value, 'x')).toThrow(new TypeError(message))
  })
})
