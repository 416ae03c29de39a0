import { EventEmitter } from 'node:events'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { bind, currentTrace, newTrace, nextSpan, runWithTrace } from './context.ts'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'

describe('newTrace', () => {
  test('is random and sampled, with ids of its own, frozen', () => {
    const trace = newTrace()
    expect(trace).toEqual({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      flags: 3,
    })
    expect(Object.isFrozen(trace)).toBe(true)
    expect(newTrace().traceId).not.toBe(trace.traceId)
  })

  test('is not sampled if one says so', () => {
    expect(newTrace({ sampled: false }).flags).toBe(2)
    expect(newTrace({ sampled: undefined }).flags).toBe(3)
  })

  test('keeps the request’s id', () => {
    expect(newTrace({ requestId: 'r1' }).requestId).toBe('r1')
  })

  test('can be sent', () => {
    const { traceId, spanId, flags } = newTrace()
    expect(parseTraceparent(formatTraceparent({ traceId, spanId, flags }))).toEqual({
      traceId,
      spanId,
      flags,
    })
  })
})

describe('nextSpan', () => {
  test('has a span id of its own, and all else from its parent', () => {
    const trace = { ...newTrace({ requestId: 'r1', sampled: false }), state: 'a=1' }
    const next = nextSpan(trace)
    expect(next).toEqual({ ...trace, spanId: next.spanId, parentId: trace.spanId })
    expect(next.spanId).toMatch(/^[0-9a-f]{16}$/)
    expect(next.spanId).not.toBe(trace.spanId)
    expect(nextSpan(next).parentId).toBe(next.spanId)
    expect(Object.isFrozen(next)).toBe(true)
  })
})

describe('runWithTrace', () => {
  test('gives what the function gives, and lets through what it throws', async () => {
    const error = new Error('No')
    expect(runWithTrace(newTrace(), () => 5)).toBe(5)
    expect(await runWithTrace(newTrace(), async () => 5)).toBe(5)
    expect(() =>
      runWithTrace(newTrace(), () => {
        throw error
      }),
    ).toThrow(error)
    expect(currentTrace()).toBeUndefined()
  })

  test('holds over promises, timers and microtasks', async () => {
    const trace = newTrace()
    const seen: unknown[] = []
    const see = () => void seen.push(currentTrace())
    await runWithTrace(trace, async () => {
      see()
      await null
      see()
      await setImmediate()
      see()
      await setTimeout(0)
      see()
      await new Promise<void>((resolve) => queueMicrotask(() => resolve(see())))
      await new Promise<void>((resolve) => process.nextTick(() => resolve(see())))
      await Promise.all([1, 2].map(async () => see()))
    })
    expect(seen).toEqual(Array(8).fill(trace))
    expect(new Set(seen).size).toBe(1)
    expect(currentTrace()).toBeUndefined()
  })

  test('keeps apart what goes on at once', async () => {
    const traces = Array.from({ length: 100 }, () => newTrace())
    const seen = await Promise.all(
      traces.map((trace, index) =>
        runWithTrace(trace, async () => {
          for (let turn = 0; turn < index % 7; turn++) await setImmediate()
          return currentTrace()
        }),
      ),
    )
    expect(seen).toEqual(traces)
  })

  test('nests, and undefined leaves the trace', () => {
    const [outer, inner] = [newTrace(), newTrace()]
    runWithTrace(outer, () => {
      expect(runWithTrace(inner, currentTrace)).toBe(inner)
      expect(runWithTrace(undefined, currentTrace)).toBeUndefined()
      expect(currentTrace()).toBe(outer)
    })
  })
})

describe('bind', () => {
  test('keeps the trace for an emitter, which has that of who emits', () => {
    const emitter = new EventEmitter()
    const [listening, emitting] = [newTrace(), newTrace()]
    const seen: unknown[] = []
    const see = () => void seen.push(currentTrace())
    runWithTrace(listening, () => emitter.on('event', bind(see)).on('event', see))
    runWithTrace(emitting, () => emitter.emit('event'))
    emitter.emit('event')
    expect(seen).toEqual([listening, emitting, listening, undefined])
  })

  test('keeps that there is no trace', () => {
    const bound = bind(currentTrace)
    expect(runWithTrace(newTrace(), bound)).toBeUndefined()
  })

  test('keeps the trace of the function’s own promises', async () => {
    const trace = newTrace()
    const bound = runWithTrace(trace, () =>
      bind(async () => {
        await setImmediate()
        return currentTrace()
      }),
    )
    expect(await bound()).toBe(trace)
  })

  test('keeps this, arguments, result, length, name and properties', () => {
    function fn(this: unknown, a: number, ...rest: number[]) {
      return [this, a, ...rest]
    }
    const bound = bind(Object.assign(fn, { extra: 1 }))
    const self = {}
    expect(bound.call(self, 1, 2, 3)).toEqual([self, 1, 2, 3])
    expect(bound.call(self, 1)[0]).toBe(self)
    expect([bound.name, bound.length, bound.extra]).toEqual(['fn', 1, 1])
  })

  test('lets through what the function throws, and leaves its trace', () => {
    const error = new Error('No')
    const bound = runWithTrace(newTrace(), () =>
      bind(() => {
        throw error
      }),
    )
    expect(bound).toThrow(error)
    expect(currentTrace()).toBeUndefined()
  })
})
