import type { Permit } from '@holdfast/internal'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import type { CircuitBreaker, Isolation } from './circuit-breaker.ts'
import { CircuitOpenError } from './circuit-open-error.ts'
import { createCircuitBreaker } from './create-circuit-breaker.ts'
import type { CircuitBreakerEvent } from './events.ts'
import { failureCount } from './failure-count.ts'
import type { CircuitBreakerSnapshot } from './snapshot.ts'

const FAILURES = 3
const WINDOW_MS = 20
const MAX_OPEN_FOR_MS = 60

type State = 'closed' | 'open' | 'half-open'
type Verdict = 'succeed' | 'fail' | 'ignore'
interface Settings {
  openForMs: number
  openFactor: number
  permits: number
  successesToClose: number
  halfOpenTimeoutMs: number
}

/** What of a circuit outlives its process. */
interface Saved {
  readonly state: State
  readonly openedAt: number
  readonly until: number
  readonly reopenings: number
  readonly failuresAt: readonly number[]
}

/**
 * A circuit breaker as one would explain it: it looks at the clock every millisecond, keeps every failure, and
 * numbers its states.
 */
function createModel(settings: Settings, began: number) {
  let state: State = 'closed'
  let generation = 0
  let reopenings = 0
  let openedAt = began
  let until = began
  let cooldownIsPlanned = false
  let failuresAt: readonly number[] = []
  let probes: { readonly startedAt: number }[] = []
  let successes = 0
  let now = began

  let isolations = 0
  let enabled = true
  let met: State = 'closed'
  let metSince = began
  const told: { from: State; to: State; at: number }[] = []
  const counts = { stale: 0, rejected: 0, openings: 0 }

  /** Writes down what callers meet, when it changes. */
  const tell = (at: number) => {
    const to = isolations > 0 ? 'open' : state
    if (to === met) return
    metSince = Math.max(at, metSince)
    if (to === 'open') counts.openings++
    told.push({ from: met, to, at: metSince })
    met = to
  }
  const enter = (next: State, at: number) => {
    state = next
    generation++
    failuresAt = []
    probes = []
    successes = 0
    tell(at)
  }
  const cooldown = () =>
    Math.min(
      settings.openForMs * settings.openFactor ** reopenings,
      Math.max(settings.openForMs, MAX_OPEN_FOR_MS),
    )
  const open = (at: number, times: number, forMs?: number) => {
    reopenings = times
    openedAt = at
    cooldownIsPlanned = forMs === undefined
    until = at + (forMs ?? cooldown())
    enter('open', at)
  }
  const look = () => {
    const [oldest] = probes
    const hangsAt = oldest ? oldest.startedAt + settings.halfOpenTimeoutMs : Infinity
    if (state === 'half-open' && now >= hangsAt) open(hangsAt, reopenings + 1)
    if (state === 'open' && now >= until) {
      openedAt = until
      enter('half-open', until)
    }
  }
  return {
    told,
    stats: () => ({
      state: met,
      since: metSince,
      probes: probes.length,
      isolated: isolations > 0,
      enabled,
      retryAfterMs: state === 'open' && isolations === 0 ? until - now : undefined,
      ...counts,
    }),
    open(forMs?: number) {
      open(now, 0, forMs)
      look()
    },
    close() {
      reopenings = 0
      openedAt = now
      enter('closed', now)
    },
    isolate(by: 1 | -1) {
      isolations += by
      tell(now)
    },
    enable: () => {
      enabled = true
    },
    disable: () => {
      enabled = false
    },
    update(changes: Partial<Settings>) {
      Object.assign(settings, changes)
      if (state === 'open' && cooldownIsPlanned) until = openedAt + cooldown()
      look()
    },
    save: (): Saved => ({ state, openedAt, until, reopenings, failuresAt }),
    restore(saved: Saved) {
      ;({ openedAt, until, reopenings } = saved)
      cooldownIsPlanned = false
      enter(saved.state, now)
      failuresAt = saved.failuresAt
      look()
    },
    wait(ms: number) {
      for (let passed = 0; passed < ms; passed++) {
        now++
        look()
      }
    },
    /** How a call may go: with leave of a generation, by a switched-off breaker's grace, or not at all. */
    start(): { generation?: number; probe?: object } | undefined {
      const passes =
        state === 'closed' || (state === 'half-open' && probes.length < settings.permits)
      if (isolations === 0 && passes) {
        if (state === 'closed') return { generation }
        const probe = { startedAt: now }
        probes.push(probe)
        return { generation, probe }
      }
      if (isolations === 0 && !enabled) return {}
      counts.rejected++
      return undefined
    },
    settle(leave: { generation?: number; probe?: object }, verdict: Verdict) {
      if (leave.generation === undefined) return
      if (leave.generation !== generation) {
        counts.stale++
        return
      }
      probes = probes.filter((probe) => probe !== leave.probe)
      if (state === 'closed' && verdict === 'fail') {
        failuresAt = [...failuresAt, now]
        if (failuresAt.filter((at) => now - at <= WINDOW_MS).length >= FAILURES) open(now, 0)
      } else if (state === 'half-open' && verdict === 'fail') open(now, reopenings + 1)
      else if (state === 'half-open' && verdict === 'succeed') {
        successes++
        if (successes >= settings.successesToClose) this.close()
      }
      look()
    },
  }
}

const settings = {
  openForMs: fc.nat(30),
  openFactor: fc.integer({ min: 1, max: 3 }),
  permits: fc.integer({ min: 1, max: 3 }),
  successesToClose: fc.integer({ min: 1, max: 3 }),
  halfOpenTimeoutMs: fc.integer({ min: 1, max: 30 }),
}
const verdict = fc.constantFrom<Verdict>('succeed', 'fail', 'fail', 'ignore')
const action = <A extends string>(...actions: A[]) => fc.record({ do: fc.constantFrom(...actions) })
const step = fc.oneof(
  { weight: 10, arbitrary: action('start') },
  {
    weight: 10,
    arbitrary: fc.record({ do: fc.constant('settle' as const), which: fc.nat(), verdict }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      settings: fc.record(settings, { requiredKeys: [] }),
    }),
  },
  { weight: 1, arbitrary: action('close', 'isolate', 'release', 'disable', 'enable') },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      forMs: fc.option(fc.nat(50), { nil: undefined }),
    }),
  },
  { weight: 2, arbitrary: action('save', 'restore', 'move') },
)

afterEach(() => {
  vi.restoreAllMocks()
})

test('agrees with a plain model, whatever calls, outcomes, waits, changes and restarts are interleaved', () => {
  let now = 0
  vi.spyOn(Date, 'now').mockImplementation(() => 1_700_000_000_000 + now)
  const steps = fc.array(fc.record({ step, looks: fc.boolean() }), { maxLength: 80, size: 'max' })
  fc.assert(
    fc.property(fc.record(settings), steps, (given, plan) => {
      now = 0
      const present = { ...given }
      /** A breaker in a process whose clock began at some time, and its model. */
      const createPair = (origin: number) => {
        const events: CircuitBreakerEvent[] = []
        const breaker: CircuitBreaker = createCircuitBreaker({
          ...present,
          maxOpenForMs: MAX_OPEN_FOR_MS,
          openWhen: failureCount({ failures: FAILURES, windowMs: WINDOW_MS }),
          clock: {
            now: () => now + origin,
            setTimeout: () => expect.unreachable(),
            clearTimeout: () => {},
          },
          onEvent: (event) => void events.push(event),
        })
        const isolations: Isolation[] = []
        return { breaker, events, origin, isolations, model: createModel({ ...present }, now) }
      }
      type Pair = ReturnType<typeof createPair>

      /** Told is a chain of states, in order of time, that ends with the present; each once, and as it fell due. */
      const checkTold = ({ breaker, events, origin, model }: Pair) => {
        expect(breaker.state).toBe(model.stats().state)
        const told = events.flatMap((event) =>
          event.type === 'circuit-breaker.state-changed'
            ? [{ from: event.from, to: event.to, at: event.at - origin }]
            : [],
        )
        expect(told).toEqual(model.told)
        for (const [index, { from, at }] of told.entries()) {
          expect(from).toBe(told[index - 1]?.to ?? 'closed')
          expect(at).toBeGreaterThanOrEqual(told[index - 1]?.at ?? 0)
        }
      }

      let pair = createPair(0)
      let saved: { json: string; model: Saved } | undefined
      const out: { permit: Permit; leave: object; pair: Pair }[] = []
      const start = () => {
        const { breaker, model } = pair
        const leave = model.start()
        if (leave === undefined) expect(() => breaker.acquire()).toThrow(CircuitOpenError)
        else out.push({ permit: breaker.acquire(), leave, pair })
        return leave !== undefined
      }
      const wait = (ms: number) => {
        now += ms
        pair.model.wait(ms)
      }
      const restore = () => {
        if (saved === undefined) return
        pair.breaker.restore(JSON.parse(saved.json) as CircuitBreakerSnapshot)
        pair.model.restore(saved.model)
      }
      const save = () => {
        saved = { json: JSON.stringify(pair.breaker.snapshot()), model: pair.model.save() }
      }
      const release = () => {
        const isolation = pair.isolations.shift()
        if (isolation) pair.model.isolate(-1)
        isolation?.release()
        isolation?.release()
      }

      for (const { step, looks } of plan) {
        const { breaker, model, isolations } = pair
        if (step.do === 'start') start()
        else if (step.do === 'wait') wait(step.ms)
        else if (step.do === 'settle') {
          const [call] = out.splice(step.which % Math.max(out.length, 1), 1)
          call?.permit[step.verdict]()
          // Settled once: no more comes of it, here or in a breaker that took the place of its own.
          call?.permit.fail()
          if (call?.pair === pair) model.settle(call.leave, step.verdict)
        } else if (step.do === 'update') {
          Object.assign(present, step.settings)
          breaker.update(step.settings)
          model.update(step.settings)
        } else if (step.do === 'open') {
          breaker.open('by hand', { forMs: step.forMs })
          model.open(step.forMs)
        } else if (step.do === 'isolate') {
          isolations.push(breaker.isolate())
          model.isolate(1)
        } else if (step.do === 'release') release()
        else if (step.do === 'save') save()
        else if (step.do === 'restore') restore()
        else if (step.do === 'move') {
          save()
          checkTold(pair)
          pair = createPair(1000 * (now % 7))
          restore()
        } else {
          breaker[step.do]()
          model[step.do]()
        }

        if (looks) {
          const { model, breaker, origin } = pair
          const { since, ...rest } = model.stats()
          expect(breaker.stats()).toMatchObject({ ...rest, since: since + origin })
          expect(rest.probes).toBeLessThanOrEqual(3)
        }
      }

      // No circuit is shut for ever: whatever hangs, after all times have passed somebody may call.
      while (pair.isolations.length > 0) release()
      pair.breaker.enable()
      wait(2 * MAX_OPEN_FOR_MS + 50)
      expect(start()).toBe(true)
      checkTold(pair)
    }),
    { numRuns: 500 },
  )
})
