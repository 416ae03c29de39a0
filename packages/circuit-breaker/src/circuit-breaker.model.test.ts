import type { Permit } from '@holdfast/internal'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCircuitBreaker } from './circuit-breaker.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'

const FAILURES = 3
const WINDOW_MS = 20

type Verdict = 'succeed' | 'fail' | 'ignore'
interface Settings {
  openForMs: number
  permits: number
  halfOpenTimeoutMs: number
}

/**
 * A circuit breaker as one would explain it: it looks at the clock every millisecond, keeps every failure, and
 * numbers its states.
 */
function createModel(settings: Settings) {
  let state: 'closed' | 'open' | 'half-open' = 'closed'
  let generation = 0
  let openedAt = 0
  let failuresAt: number[] = []
  let probes = 0
  let firstProbeAt = 0
  let now = 0

  const enter = (next: typeof state, at = now) => {
    state = next
    generation++
    openedAt = at
    failuresAt = []
    probes = 0
  }
  const look = () => {
    if (state === 'half-open' && probes > 0 && now - firstProbeAt >= settings.halfOpenTimeoutMs) {
      enter('open', firstProbeAt + settings.halfOpenTimeoutMs)
    }
    if (state === 'open' && now - openedAt >= settings.openForMs) enter('half-open')
  }
  return {
    state: () => state,
    open() {
      enter('open')
      look()
    },
    close: () => enter('closed'),
    update(changes: Partial<Settings>) {
      Object.assign(settings, changes)
      look()
    },
    wait(ms: number) {
      for (let passed = 0; passed < ms; passed++) {
        now++
        look()
      }
    },
    /** The generation that let the call through, or nothing. */
    start(): number | undefined {
      if (state === 'half-open' && probes < settings.permits) {
        if (probes === 0) firstProbeAt = now
        probes++
      } else if (state !== 'closed') return undefined
      return generation
    },
    settle(startedIn: number, verdict: Verdict) {
      if (startedIn !== generation) return
      if (state === 'half-open') {
        if (verdict === 'succeed') enter('closed')
        else if (verdict === 'fail') enter('open')
        else probes--
      } else if (state === 'closed' && verdict === 'fail') {
        failuresAt.push(now)
        if (failuresAt.filter((at) => now - at <= WINDOW_MS).length >= FAILURES) enter('open')
      }
      look()
    },
  }
}

const openForMs = fc.nat(30)
const permits = fc.integer({ min: 1, max: 3 })
const halfOpenTimeoutMs = fc.integer({ min: 1, max: 30 })
const verdict = fc.constantFrom<Verdict>('succeed', 'fail', 'fail', 'ignore')
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('start' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), verdict }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      settings: fc.record({ openForMs, permits, halfOpenTimeoutMs }, { requiredKeys: [] }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'close' as const) }) },
)

test('agrees with a plain model, whatever calls, outcomes, waits and changes are interleaved', () => {
  const settings = fc.record({ openForMs, permits, halfOpenTimeoutMs })
  const steps = fc.array(fc.record({ step, looks: fc.boolean() }), { maxLength: 80, size: 'max' })
  fc.assert(
    fc.property(settings, steps, (given, plan) => {
      let now = 0
      const events: CircuitBreakerEvent[] = []
      const model = createModel({ ...given })
      const breaker = createCircuitBreaker({
        ...given,
        openWhen: failureCount({ failures: FAILURES, windowMs: WINDOW_MS }),
        clock: { now: () => now, setTimeout: () => expect.unreachable(), clearTimeout: () => {} },
        onEvent: (event) => void events.push(event),
      })
      const out: { permit: Permit; startedIn: number }[] = []
      const start = () => {
        const startedIn = model.start()
        if (startedIn === undefined) expect(() => breaker.acquire()).toThrow(CircuitOpenError)
        else out.push({ permit: breaker.acquire(), startedIn })
        return startedIn !== undefined
      }
      const wait = (ms: number) => {
        now += ms
        model.wait(ms)
      }

      for (const { step, looks } of plan) {
        if (step.do === 'start') start()
        else if (step.do === 'wait') wait(step.ms)
        else if (step.do === 'settle') {
          const [call] = out.splice(step.which % Math.max(out.length, 1), 1)
          call?.permit[step.verdict]()
          if (call) model.settle(call.startedIn, step.verdict)
        } else if (step.do === 'update') {
          breaker.update(step.settings)
          model.update(step.settings)
        } else {
          breaker[step.do]()
          model[step.do]()
        }
        if (looks) expect(breaker.state).toBe(model.state())
      }

      // No circuit is shut for ever: whatever hangs, after both times have passed somebody may call.
      wait(60)
      expect(start()).toBe(true)

      // Told is a chain of states, in order of time, that ends with the present.
      let told: string = 'closed'
      let toldAt = 0
      for (const event of events) {
        if (event.type !== 'circuit-breaker.state-changed') continue
        expect(event.from).toBe(told)
        expect(event.at).toBeGreaterThanOrEqual(toldAt)
        told = event.to
        toldAt = event.at
      }
      expect(breaker.state).toBe(told)
      expect(toldAt).toBeLessThanOrEqual(now)
    }),
    { numRuns: 500 },
  )
})
