import { deferred, listeners, timers, useVirtualTime, watch } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createLimiter } from './limiter.ts'

useVirtualTime()

interface Settings {
  maxConcurrent: number
  maxQueue: number
  queueTimeoutMs: number
}

/** A limiter as one would explain it: two lists, and a look at the clock every millisecond. */
function createModel(settings: Settings) {
  let now = 0
  let waiting: { id: number; since: number }[] = []
  const running = new Set<number>()
  const started: number[] = []
  const turnedAway = new Set<number>()

  const admit = () => {
    while (running.size < settings.maxConcurrent) {
      const first = waiting.shift()
      if (first === undefined) return
      running.add(first.id)
      started.push(first.id)
    }
  }
  const turnAway = (gone: (waiter: { id: number; since: number }) => boolean) => {
    for (const waiter of waiting.filter(gone)) turnedAway.add(waiter.id)
    waiting = waiting.filter((waiter) => !gone(waiter))
  }
  const look = () => turnAway(({ since }) => now >= since + settings.queueTimeoutMs)
  return {
    running,
    started,
    turnedAway,
    queued: () => waiting.length,
    call(id: number) {
      const isFree = running.size < settings.maxConcurrent
      if (isFree || waiting.length < settings.maxQueue) waiting.push({ id, since: now })
      else turnedAway.add(id)
      admit()
      look()
    },
    end(id: number) {
      running.delete(id)
      admit()
    },
    /** The caller hears of it at once; work that runs goes on. */
    abort(id: number) {
      if (running.has(id)) turnedAway.add(id)
      turnAway((waiter) => waiter.id === id)
    },
    update(changes: Partial<Settings>) {
      Object.assign(settings, changes)
      admit()
      look()
    },
    tick() {
      now++
      look()
    },
  }
}

const settings = {
  maxConcurrent: fc.nat(4),
  maxQueue: fc.nat(6),
  queueTimeoutMs: fc.nat(30),
}
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('call' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(), fails: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('abort' as const), which: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(fc.constant(1), fc.nat(20)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('update' as const),
      settings: fc.record(settings, { requiredKeys: [] }),
    }),
  },
)

test('agrees with a plain model: nobody is lost, run twice, overtaken or let in beyond the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record(settings),
      fc.array(step, { maxLength: 60, size: 'max' }),
      async (given, plan) => {
        vi.clearAllTimers()
        const model = createModel({ ...given })
        const limiter = createLimiter(given)
        const calls: ReturnType<typeof call>[] = []
        const started: number[] = []

        function call(id: number) {
          const work = deferred()
          const controller = new AbortController()
          const operation = () => {
            started.push(id)
            return work.promise
          }
          const result = watch(limiter(operation, { signal: controller.signal }))
          return { id, work, controller, result }
        }
        const settle = async (ms = 0) => {
          vi.advanceTimersByTime(ms)
          await new Promise(setImmediate)
        }
        const end = async (id: number, fails: boolean) => {
          if (fails) calls[id]?.work.reject(new Error('boom'))
          else calls[id]?.work.resolve()
          model.end(id)
          await settle()
        }
        const compare = () => {
          expect(started).toEqual(model.started)
          expect([limiter.active, limiter.queued]).toEqual([model.running.size, model.queued()])
          for (const { id, result } of calls) {
            if (model.turnedAway.has(id)) expect(result.state).toBe('rejected')
            else if (model.running.has(id)) expect(result.state).toBe('pending')
          }
          expect(timers()).toBe(limiter.queued > 0 ? 1 : 0)
        }

        for (const step of plan) {
          const id = 'which' in step ? step.which % Math.max(calls.length, 1) : calls.length
          if (step.do === 'call') {
            calls.push(call(id))
            model.call(id)
          } else if (step.do === 'end' && model.running.has(id)) await end(id, step.fails)
          else if (step.do === 'abort') {
            calls[id]?.controller.abort(new Error('abort'))
            model.abort(id)
          } else if (step.do === 'update') {
            limiter.update(step.settings)
            model.update(step.settings)
          }
          await settle()
          compare()
          for (let passed = 0; step.do === 'wait' && passed < step.ms; passed++) {
            model.tick()
            await settle(1)
            compare()
          }
        }

        // The books balance: when all that runs has ended and all that waits was let in or turned away.
        limiter.update({ maxConcurrent: 4 })
        model.update({ maxConcurrent: 4 })
        await settle()
        while (model.running.size > 0) for (const id of [...model.running]) await end(id, false)
        compare()
        expect([limiter.active, limiter.queued, timers()]).toEqual([0, 0, 0])
        for (const { result, controller } of calls) {
          expect(result.state).not.toBe('pending')
          expect(listeners(controller.signal)).toBe(0)
        }
      },
    ),
    { numRuns: 200 },
  )
})
