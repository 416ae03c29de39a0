import {
  type Deferred,
  deferred,
  listeners,
  timers,
  useVirtualTime,
  type Watched,
  watch,
} from '@holdfast/internal/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import type { LimiterEvent } from './events.ts'
import { createLimiter, type Limiter, type LimiterPermit } from './limiter.ts'
import { reason } from './testing.ts'

useVirtualTime()

interface Settings {
  maxConcurrent: number
  maxQueue: number
  queueTimeoutMs: number
}

/** `call` and `acquire` wait; `try` does not. */
type Form = 'call' | 'acquire' | 'try'

interface Waiter {
  readonly id: number
  readonly form: Form
  readonly cost: number
  readonly since: number
  readonly deadlineAt: number
  overtaken: number
}

/** A limiter as one would explain it: two lists, and a look at the clock every millisecond. */
function createModel(settings: Settings) {
  let now = 0
  let paused = false
  let closed = false
  let waiting: Waiter[] = []
  const running = new Map<number, Waiter>()
  const zombies = new Set<number>()
  const started: number[] = []
  const turnedAway = new Set<number>()
  const counts = { successes: 0, failures: 0, ignored: 0 }
  const rejected = { full: 0, timeout: 0, deadline: 0, closed: 0, aborted: 0 }

  const limit = () => (paused ? 0 : settings.maxConcurrent)
  const active = () => [...running.values()].reduce((sum, { cost }) => sum + cost, 0)

  const next = () => {
    const passed: Waiter[] = []
    for (const waiter of waiting) {
      if (active() === 0 || active() + waiter.cost <= limit()) {
        for (const large of passed) large.overtaken++
        return waiter
      }
      passed.push(waiter)
      if (waiter.overtaken >= 16 || passed.length >= 16) return undefined
    }
    return undefined
  }
  const turnAway = (why: keyof typeof rejected, gone: (waiter: Waiter) => boolean) => {
    for (const { id } of waiting.filter(gone)) {
      turnedAway.add(id)
      rejected[why]++
    }
    waiting = waiting.filter((waiter) => !gone(waiter))
  }
  const admit = () => {
    while (active() < limit()) {
      const first = next()
      if (first === undefined) return
      if (first.deadlineAt <= now) {
        turnAway('deadline', (waiter) => waiter === first)
        continue
      }
      waiting = waiting.filter((waiter) => waiter !== first)
      running.set(first.id, first)
      started.push(first.id)
    }
  }
  const look = () => {
    turnAway('timeout', ({ since }) => now >= since + settings.queueTimeoutMs)
    admit()
  }
  return {
    running,
    zombies,
    started,
    turnedAway,
    limit,
    active,
    counts,
    rejected,
    queued: () => waiting.length,
    now: () => now,
    call(id: number, form: Form, cost: number, deadlineInMs: number) {
      if (cost > (settings.maxConcurrent || Infinity)) {
        turnedAway.add(id)
        return
      }
      if (closed) {
        turnedAway.add(id)
        if (form !== 'try') rejected.closed++
        return
      }
      waiting.push({ id, form, cost, since: now, deadlineAt: now + deadlineInMs, overtaken: 0 })
      admit()
      const waits = waiting.some((waiter) => waiter.id === id)
      if (waits && form === 'try') waiting.pop()
      else if (waits && waiting.length > settings.maxQueue) {
        turnAway('full', (waiter) => waiter.id === id)
      }
      look()
    },
    end(id: number, outcome: keyof typeof counts) {
      running.delete(id)
      counts[zombies.delete(id) ? 'ignored' : outcome]++
      admit()
    },
    /** The caller hears of it at once; work that runs goes on. */
    abort(id: number) {
      if (running.get(id)?.form === 'call') {
        turnedAway.add(id)
        zombies.add(id)
      }
      turnAway('aborted', (waiter) => waiter.id === id)
      admit()
    },
    update(changes: Partial<Settings>) {
      Object.assign(settings, changes)
      admit()
      look()
    },
    pause(pauses: boolean) {
      paused = pauses
      admit()
    },
    close() {
      closed = true
      turnAway('closed', () => true)
    },
    tick() {
      now++
      look()
    },
  }
}

const settings = {
  maxConcurrent: fc.nat(4),
  maxQueue: fc.nat(8),
  queueTimeoutMs: fc.nat(30),
}
const form = fc.constantFrom<Form>('call', 'call', 'acquire', 'try')
const cost = fc.constantFrom(1, 1, 1, 2, 3, 4)
const outcome = fc.constantFrom('successes', 'failures', 'ignored')
const which = fc.nat()
const call = fc.record({
  do: fc.constant('call'),
  form,
  cost,
  deadlineInMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(Infinity) },
    { weight: 1, arbitrary: fc.nat(40) },
  ),
})
const end = fc.record({ do: fc.constant('end'), which, outcome })
const abort = fc.record({ do: fc.constant('abort'), which })
const wait = fc.record({ do: fc.constant('wait'), ms: fc.oneof(fc.constant(1), fc.nat(20)) })
const update = fc.record({
  do: fc.constant('update'),
  settings: fc.record(settings, { requiredKeys: [] }),
})
const pause = fc.record({ do: fc.constant('pause'), pauses: fc.boolean() })
const drain = fc.record({
  do: fc.constant('drain'),
  timeoutMs: fc.option(fc.nat(30), { nil: undefined }),
})
const close = fc.record({ do: fc.constant('close') })

const steps = {
  call: { weight: 9, arbitrary: call },
  end: { weight: 6, arbitrary: end },
  abort: { weight: 3, arbitrary: abort },
  wait: { weight: 4, arbitrary: wait },
  update: { weight: 2, arbitrary: update },
  pause: { weight: 1, arbitrary: pause },
  drain: { weight: 1, arbitrary: drain },
}
const step = fc.oneof(
  steps.call,
  steps.end,
  steps.abort,
  steps.wait,
  steps.update,
  steps.pause,
  steps.drain,
)

interface Call {
  readonly id: number
  readonly form: Form
  readonly cost: number
  readonly work: Deferred<void>
  readonly controller: AbortController
  readonly result: Watched<unknown>
  permit: LimiterPermit | undefined
  starts: number
}

/** Makes calls of every form on a limiter, and ends them. */
function createCaller(limiter: Limiter, onStart: (call: Call) => void) {
  const calls: Call[] = []
  return {
    calls,
    call(form: Form, cost: number, deadlineInMs = Infinity) {
      const controller = new AbortController()
      const work = deferred()
      const id = calls.length
      const result: Watched<unknown> = { state: 'pending' }
      const call: Call = { id, form, cost, work, controller, result, permit: undefined, starts: 0 }
      calls.push(call)
      const { signal } = controller
      const deadlineAt = performance.now() + deadlineInMs
      const start = (permit?: LimiterPermit) => {
        call.permit = permit
        call.starts++
        onStart(call)
        return work.promise
      }
      const context = { signal, cost, deadlineAt }
      const made = () => {
        if (form === 'call') return limiter(() => start(), context)
        if (form === 'acquire') return limiter.acquire(context).then(start)
        const permit = limiter.tryAcquire(context)
        if (permit === undefined) throw new Error('not at once')
        return start(permit)
      }
      const settled = new Promise((resolve) => resolve(made()))
      settled.then(
        (value) => Object.assign(result, { state: 'fulfilled', value }),
        (reason) => Object.assign(result, { state: 'rejected', reason }),
      )
    },
    end({ permit, work }: Call, outcome: 'successes' | 'failures' | 'ignored') {
      if (permit && outcome === 'ignored') permit.ignore()
      else if (outcome === 'failures') permit?.fail(reason)
      else permit?.succeed()
      if (outcome === 'failures') work.reject(reason)
      else work.resolve()
    },
  }
}

/** The outcome that work can have: only the holder of a permit may say that it says nothing. */
const outcomeOf = (form: Form, outcome: 'successes' | 'failures' | 'ignored') =>
  form === 'call' && outcome === 'ignored' ? 'successes' : outcome

test('agrees with a plain model: nobody is lost, run twice, overtaken beyond the bound or let in beyond the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record(settings),
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.boolean(),
      async (given, plan, closes) => {
        vi.clearAllTimers()
        const model = createModel({ ...given })
        const limiter = createLimiter(given)
        const origin = performance.now()
        const started: number[] = []
        const caller = createCaller(limiter, ({ id }) => started.push(id))
        const { calls } = caller
        const drains: {
          readonly until: number
          known: boolean
          readonly result: Watched<boolean>
        }[] = []

        const settle = async (ms = 0) => {
          vi.advanceTimersByTime(ms)
          await new Promise(setImmediate)
        }
        const endOne = async (id: number, outcome: 'successes' | 'failures' | 'ignored') => {
          const ended = calls[id] as Call
          const how = outcomeOf(ended.form, outcome)
          caller.end(ended, how)
          model.end(id, how)
          await settle()
        }
        const compare = () => {
          const stats = limiter.stats()
          expect(started.toSorted((a, b) => a - b)).toEqual(model.started.toSorted((a, b) => a - b))
          expect(stats).toMatchObject({
            ...model.counts,
            rejected: model.rejected,
            active: model.active(),
            queued: model.queued(),
            limit: model.limit(),
            zombies: model.zombies.size,
            started: model.started.length,
          })
          expect([limiter.active, limiter.queued]).toEqual([stats.active, stats.queued])
          const { successes, failures, ignored } = stats
          expect(stats.started).toBe(successes + failures + ignored + model.running.size)
          for (const { id, result } of calls) {
            if (model.turnedAway.has(id)) expect(result.state).toBe('rejected')
            else if (model.running.has(id)) expect(result.state).toBe('pending')
          }
          const isIdle = model.active() === 0 && model.queued() === 0
          for (const drain of drains) {
            const { known, until, result } = drain
            if (known) continue
            drain.known = result.state !== 'pending'
            if (result.value === true) expect(isIdle).toBe(true)
            else if (drain.known) expect([result.value, model.now()]).toEqual([false, until])
            // An idle limiter is drained a turn of the event loop later.
            else if (!isIdle) expect(model.now() >= until).toBe(false)
          }
          const drainTimers = drains.filter(({ known, until }) => !known && until < Infinity).length
          const least = (model.queued() > 0 ? 1 : 0) + drainTimers
          if (isIdle) expect(timers()).toBeLessThanOrEqual(drains.length + 1)
          else expect(timers()).toBeGreaterThanOrEqual(least)
        }

        for (const step of plan) {
          const startedBefore = model.started.length
          const id = 'which' in step ? step.which % Math.max(calls.length, 1) : calls.length
          if ('form' in step) {
            caller.call(step.form, step.cost, step.deadlineInMs)
            model.call(id, step.form, step.cost, step.deadlineInMs)
          } else if ('outcome' in step) {
            if (model.running.has(id)) await endOne(id, step.outcome)
          } else if ('which' in step) {
            calls[id]?.controller.abort(reason)
            model.abort(id)
          } else if ('settings' in step) {
            limiter.update(step.settings)
            model.update(step.settings)
          } else if ('pauses' in step) {
            limiter[step.pauses ? 'pause' : 'resume']()
            model.pause(step.pauses)
          } else if ('timeoutMs' in step) {
            const until = model.now() + (step.timeoutMs ?? Infinity)
            drains.push({
              until,
              known: false,
              result: watch(limiter.drain({ timeoutMs: step.timeoutMs })),
            })
          }
          await settle()
          compare()
          if (model.started.length > startedBefore) {
            const isAlone = model.running.size === 1
            expect(isAlone || limiter.active <= limiter.stats().limit).toBe(true)
          }
          for (let passed = 0; 'ms' in step && passed < step.ms; passed++) {
            model.tick()
            await settle(1)
            compare()
          }
        }
        expect(performance.now() - origin).toBe(model.now())

        // The books balance: when all that runs has ended and all that waits was let in or turned away.
        if (closes) {
          limiter.close()
          model.close()
        }
        limiter.resume()
        model.pause(false)
        limiter.update({ maxConcurrent: 4 })
        model.update({ maxConcurrent: 4 })
        await settle()
        while (model.running.size > 0) {
          for (const id of [...model.running.keys()]) await endOne(id, 'successes')
        }
        compare()
        expect([limiter.active, limiter.queued, limiter.stats().zombies]).toEqual([0, 0, 0])
        for (const { result, controller, starts } of calls) {
          expect(result.state).not.toBe('pending')
          expect(starts).toBeLessThanOrEqual(1)
          expect(listeners(controller.signal)).toBe(0)
        }
        // Of those that cost the same, none has been overtaken. (A permit is a few microtasks on its way.)
        for (const form of ['call', 'acquire']) {
          for (const cost of [1, 2, 3, 4]) {
            const ids = started.filter((id) => calls[id]?.cost === cost && calls[id]?.form === form)
            expect(ids).toEqual(ids.toSorted((a, b) => a - b))
          }
        }
      },
    ),
    { numRuns: 100 },
  )
})

/** What can be done to a limiter at any instant, from anywhere. */
const act = fc.oneof(
  steps.call,
  steps.end,
  steps.abort,
  steps.update,
  steps.pause,
  steps.drain,
  { weight: 1, arbitrary: wait },
  { weight: 1, arbitrary: close },
)

test('at any instant, between any two microtasks or on any event, whatever is done leaves the books balanced', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record(settings),
      fc.boolean(),
      fc.array(fc.tuple(act, fc.nat(3)), { maxLength: 40, size: 'max' }),
      fc.array(fc.option(act, { freq: 3 }), { maxLength: 40, size: 'max' }),
      async (given, releaseOnAbort, plan, onEvents) => {
        vi.clearAllTimers()
        const told: LimiterEvent[] = []
        const reactions = onEvents.values()
        const limiter = createLimiter({
          ...given,
          releaseOnAbort,
          onEvent(event) {
            told.push(event)
            if (event.type === 'limiter.started') {
              const { limit, started, successes, failures, ignored } = limiter.stats()
              const isAlone = started - successes - failures - ignored === 1
              overrun ||= event.active > limit && !isAlone
            }
            const reaction = reactions.next().value
            if (reaction) perform(reaction)
          },
        })
        let overrun = false
        let startedAborted = false
        const caller = createCaller(limiter, ({ controller, form }) => {
          startedAborted ||= controller.signal.aborted && form === 'call'
        })
        const { calls } = caller
        const drains: Watched<boolean>[] = []
        const perform = (step: typeof act extends fc.Arbitrary<infer Act> ? Act : never) => {
          const one = 'which' in step ? calls[step.which % Math.max(calls.length, 1)] : undefined
          if ('form' in step) caller.call(step.form, step.cost, step.deadlineInMs)
          else if ('outcome' in step && one && one.starts > 0) {
            caller.end(one, outcomeOf(one.form, step.outcome))
          } else if ('which' in step) one?.controller.abort(reason)
          else if ('settings' in step) limiter.update(step.settings)
          else if ('pauses' in step) limiter[step.pauses ? 'pause' : 'resume']()
          else if ('timeoutMs' in step)
            drains.push(watch(limiter.drain({ timeoutMs: step.timeoutMs })))
          else if ('ms' in step) vi.advanceTimersByTime(step.ms)
          else limiter.close()
        }

        for (const [step, hops] of plan) {
          perform(step)
          for (let hop = 0; hop < hops; hop++) await undefined
        }
        // Let everything come to its end, and what the observer does meanwhile as well.
        const isPending = ({ state }: Watched<boolean>) => state === 'pending'
        const isBusy = () => limiter.active + limiter.queued > 0 || drains.some(isPending)
        for (let round = 0; round < 3 || isBusy(); round++) {
          expect(round).toBeLessThan(100)
          limiter.resume()
          limiter.update({ maxConcurrent: 4 })
          for (const call of calls) if (call.starts > 0) caller.end(call, 'successes')
          vi.advanceTimersByTime(1)
          await new Promise(setImmediate)
        }

        expect({ overrun, startedAborted }).toEqual({ overrun: false, startedAborted: false })
        for (const { starts, result, controller } of calls) {
          expect(starts).toBeLessThanOrEqual(1)
          expect(result.state).not.toBe('pending')
          expect(listeners(controller.signal)).toBe(0)
        }
        expect(drains.filter(({ state }) => state === 'pending')).toEqual([])
        const { started, successes, failures, ignored, rejected, ...rest } = limiter.stats()
        expect(rest).toMatchObject({ active: 0, queued: 0, zombies: 0 })
        expect(started).toBe(successes + failures + ignored)
        const of = (type: LimiterEvent['type']) =>
          told.filter((event) => event.type === type).length
        expect(of('limiter.started')).toBe(started)
        expect(of('limiter.settled')).toBe(started)
        expect(of('limiter.rejected')).toBe(Object.values(rejected).reduce((sum, n) => sum + n, 0))
        expect(
          told.every(
            (event) => event.type === 'callback.failed' || (event.active >= 0 && event.queued >= 0),
          ),
        ).toBe(true)
        limiter.close()
        expect(timers()).toBe(0)
      },
    ),
    { numRuns: 300 },
  )
})
