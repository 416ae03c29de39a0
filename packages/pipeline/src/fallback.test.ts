import { hang, listeners, revokedProxy, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { type FallbackEvent, fallback } from './fallback.ts'
import { FallbackExhaustedError } from './fallback-exhausted-error.ts'

const reason = new Error('the caller gave up')
const MODELS = ['sonnet', 'haiku', 'nova'] as const
type Model = (typeof MODELS)[number]

/** Answers for all but those that are down, and remembers who was asked. */
function service(down: Partial<Record<Model, unknown>> = {}) {
  const asked: Model[] = []
  const ask = async ({ candidate }: { candidate: Model }) => {
    asked.push(candidate)
    if (candidate in down) throw down[candidate]
    return `answer of ${candidate}`
  }
  return { asked, ask }
}
const [first, second, third] = ['first', 'second', 'third'].map((text) => new Error(text))

describe('candidates', () => {
  test('are tried in order until one succeeds', async () => {
    const { asked, ask } = service({ sonnet: first })
    await expect(fallback(MODELS)(ask)).resolves.toBe('answer of haiku')
    expect(asked).toEqual(['sonnet', 'haiku'])
  })

  test('may fail without a promise', async () => {
    const call = fallback(MODELS)(({ candidate }) => {
      if (candidate === 'sonnet') throw first
      return candidate
    })
    await expect(call).resolves.toBe('haiku')
  })

  test('come with all that the caller gave', async () => {
    const context = { signal: new AbortController().signal, key: 'mine' }
    const seen = await fallback(MODELS)((given) => given, context)
    expect(seen).toEqual({ ...context, candidate: 'sonnet' })
    expect(listeners(context.signal)).toBe(0)
  })

  test('are those of the creation, whatever becomes of the array', async () => {
    const list: Model[] = ['sonnet']
    const policy = fallback(list)
    list[0] = 'nova'
    await expect(policy(({ candidate }) => candidate)).resolves.toBe('sonnet')
  })
})

describe('when all have failed', () => {
  test('the error tells of each', async () => {
    const { ask } = service({ sonnet: first, haiku: second, nova: third })
    const error = await fallback(MODELS)(ask).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(FallbackExhaustedError)
    expect(error).toMatchObject({
      name: 'FallbackExhaustedError',
      code: 'FALLBACK_EXHAUSTED',
      statusCode: 503,
      message: 'All candidates failed: sonnet, haiku, nova',
      errors: [first, second, third],
      cause: third,
      retryAfterMs: undefined,
    })
  })

  test('the time to wait is the shortest that any of them names', async () => {
    const { ask } = service({
      sonnet: { retryAfterMs: 300 },
      haiku: second,
      nova: { retryAfterMs: 200 },
    })
    await expect(fallback(MODELS)(ask)).rejects.toMatchObject({ retryAfterMs: 200 })
  })

  test('a time to wait that is none is not counted', async () => {
    const waits = [Number.NaN, -5, '100', undefined]
    const errors = waits.map((retryAfterMs) => ({ retryAfterMs }))
    const error = new FallbackExhaustedError(['a'], [...errors, { retryAfterMs: 300 }])
    expect(error.retryAfterMs).toBe(300)
    expect(new FallbackExhaustedError(['a'], errors).retryAfterMs).toBeUndefined()
  })

  test('what was thrown is kept, whatever it is', async () => {
    const thrown = { sonnet: undefined, haiku: revokedProxy(), nova: Object.freeze(new Error()) }
    const { ask } = service(thrown)
    const error = await fallback(MODELS)(ask).catch((exhausted) => exhausted)
    expect(error.errors).toHaveLength(3)
    expect(error.errors[0]).toBeUndefined()
    expect(error.errors[1] === thrown.haiku).toBe(true)
    expect(error.cause).toBe(thrown.nova)
  })

  test('an only candidate’s error comes through untouched', async () => {
    const { ask } = service({ sonnet: first })
    await expect(fallback(['sonnet'])(ask)).rejects.toBe(first)
  })
})

describe('when', () => {
  test('decides which errors are a reason to go on; any other comes through untouched', async () => {
    const when = vi.fn((error: unknown) => error === first)
    const { asked, ask } = service({ sonnet: first, haiku: second })
    await expect(fallback(MODELS, { when })(ask)).rejects.toBe(second)
    expect(asked).toEqual(['sonnet', 'haiku'])
    expect(when.mock.calls).toEqual([
      [first, 'sonnet'],
      [second, 'haiku'],
    ])
  })

  test('is asked of the last candidate too', async () => {
    const { ask } = service({ sonnet: first, haiku: second, nova: third })
    const policy = fallback(MODELS, { when: (error) => error !== third })
    await expect(policy(ask)).rejects.toBe(third)
  })
})

describe('skip', () => {
  test('passes candidates over, asked when their turn has come', async () => {
    const asking: string[] = []
    const { asked, ask } = service({ haiku: first })
    const skip = (candidate: Model) => {
      asking.push(`${candidate} after ${asked.join()}`)
      return candidate === 'sonnet'
    }
    await expect(fallback(MODELS, { skip })(ask)).resolves.toBe('answer of nova')
    expect(asked).toEqual(['haiku', 'nova'])
    expect(asking).toEqual(['sonnet after ', 'haiku after ', 'nova after haiku'])
  })

  test('is asked at each call', async () => {
    let down: Model = 'sonnet'
    const policy = fallback(MODELS, { skip: (candidate) => candidate === down })
    await expect(policy(({ candidate }) => candidate)).resolves.toBe('haiku')
    down = 'haiku'
    await expect(policy(({ candidate }) => candidate)).resolves.toBe('sonnet')
  })

  test('of all: exhausted, with nothing tried and no cause', async () => {
    const { asked, ask } = service()
    const call = fallback(MODELS, { skip: () => true })(ask)
    const error = await call.catch((thrown) => thrown)
    expect(error).toBeInstanceOf(FallbackExhaustedError)
    expect(error).toMatchObject({
      message: 'All candidates were skipped',
      errors: [],
      cause: undefined,
    })
    expect(asked).toEqual([])
    await expect(fallback(['sonnet'], { skip: () => true })(ask)).rejects.toThrow(
      'All candidates were',
    )
  })

  test('of the rest after a failure: the error tells of those that were tried', async () => {
    const { ask } = service({ sonnet: first })
    const policy = fallback(MODELS, { skip: (candidate) => candidate !== 'sonnet' })
    await expect(policy(ask)).rejects.toMatchObject({
      message: 'All candidates failed: sonnet',
      errors: [first],
      cause: first,
    })
  })

  test('that throws counts as absent and is reported', async () => {
    const { asked, ask } = service()
    const onEvent = vi.fn()
    const skip = () => {
      throw second
    }
    await expect(fallback(MODELS, { skip, onEvent })(ask)).resolves.toBe('answer of sonnet')
    expect(asked).toEqual(['sonnet'])
    const report = { type: 'callback.failed', name: 'fallback', callback: 'skip', error: second }
    expect(onEvent).toHaveBeenCalledWith(report)
  })

  test('from within which the caller gives up: the reason, though none is left', async () => {
    const controller = new AbortController()
    const skip = () => {
      controller.abort(reason)
      return true
    }
    const onEvent = vi.fn()
    const call = fallback(MODELS, { skip, onEvent })(hang, { signal: controller.signal })
    await expect(call).rejects.toBe(reason)
    expect(onEvent).not.toHaveBeenCalledWith(
      expect.objectContaining({ type: 'fallback.exhausted' }),
    )
  })
})

describe('an abort', () => {
  test('before: nobody is asked', async () => {
    const { asked, ask } = service()
    const call = fallback(MODELS)(ask, { signal: AbortSignal.abort(reason) })
    await expect(call).rejects.toBe(reason)
    expect(asked).toEqual([])
  })

  test('rejects at once, though the candidate does not look, and nobody else is asked', async () => {
    const controller = new AbortController()
    const operation = vi.fn(hang)
    const call = watch(fallback(MODELS)(operation, { signal: controller.signal }))
    controller.abort(reason)
    await new Promise(setImmediate)
    expect(call.reason).toBe(reason)
    expect(operation).toHaveBeenCalledOnce()
    expect(listeners(controller.signal)).toBe(0)
  })

  test('that a candidate answers with an error of its own still gives the reason', async () => {
    const controller = new AbortController()
    const operation = vi.fn(() => {
      controller.abort(reason)
      throw first
    })
    const policy = fallback(MODELS, { when: () => false })
    await expect(policy(operation, { signal: controller.signal })).rejects.toBe(reason)
    expect(operation).toHaveBeenCalledOnce()
  })

  test.each(['when', 'onEvent'] as const)('from within `%s` starts no other', async (option) => {
    const controller = new AbortController()
    const { asked, ask } = service({ sonnet: first })
    const abort = () => {
      if (asked.length > 0) controller.abort(reason)
      return true
    }
    const policy = fallback(MODELS, { [option]: abort })
    await expect(policy(ask, { signal: controller.signal })).rejects.toBe(reason)
    expect(asked).toEqual(['sonnet'])
  })
})

describe('events', () => {
  const record = () => {
    const events: FallbackEvent[] = []
    const onEvent = (event: FallbackEvent) => {
      if (event.type !== 'fallback.created') events.push(event)
    }
    return { events, onEvent }
  }
  const name = 'models'

  test('tell who was tried, why not stayed with, and who served', async () => {
    const { events, onEvent } = record()
    await fallback(MODELS, { name, onEvent })(service({ sonnet: new TypeError('boom') }).ask)
    expect(events).toEqual([
      { type: 'fallback.attempted', name, candidate: 'sonnet' },
      { type: 'fallback.switched', name, from: 'sonnet', to: 'haiku', errorName: 'TypeError' },
      { type: 'fallback.attempted', name, candidate: 'haiku' },
      { type: 'fallback.served', name, candidate: 'haiku' },
    ])
  })

  test('call candidates by their labels, and tell when there are no more', async () => {
    const { events, onEvent } = record()
    const regions = [{ id: 'eu' }, { id: 'us' }]
    const policy = fallback(regions, { name, label: ({ id }) => id, onEvent })
    await expect(policy(() => Promise.reject('a string'))).rejects.toThrow(
      'All candidates failed: eu, us',
    )
    expect(events).toEqual([
      { type: 'fallback.attempted', name, candidate: 'eu' },
      { type: 'fallback.switched', name, from: 'eu', to: 'us', errorName: 'string' },
      { type: 'fallback.attempted', name, candidate: 'us' },
      { type: 'fallback.exhausted', name, candidates: ['eu', 'us'] },
    ])
  })

  test('tell who was passed over; a switch is from the last that was tried', async () => {
    const { events, onEvent } = record()
    const skip = (candidate: Model) => candidate === 'haiku'
    await fallback(MODELS, { name, skip, onEvent })(service({ sonnet: first }).ask)
    expect(events).toEqual([
      { type: 'fallback.attempted', name, candidate: 'sonnet' },
      { type: 'fallback.skipped', name, candidate: 'haiku' },
      { type: 'fallback.switched', name, from: 'sonnet', to: 'nova', errorName: 'Error' },
      { type: 'fallback.attempted', name, candidate: 'nova' },
      { type: 'fallback.served', name, candidate: 'nova' },
    ])
  })

  test('of a first that is passed over tell of no switch; of all passed over, of nobody', async () => {
    const { events, onEvent } = record()
    await fallback(['a', 'b'], { name, skip: (candidate) => candidate === 'a', onEvent })(() => 1)
    expect(events.map(({ type }) => type)).toEqual([
      'fallback.skipped',
      'fallback.attempted',
      'fallback.served',
    ])
    events.length = 0
    const none = fallback(['a'], { name, skip: () => true, onEvent })
    await expect(none(() => 1)).rejects.toThrow(FallbackExhaustedError)
    expect(events).toEqual([
      { type: 'fallback.skipped', name, candidate: 'a' },
      { type: 'fallback.exhausted', name, candidates: [] },
    ])
  })

  const hostileName = {
    name: {
      toString() {
        throw new Error('trap')
      },
    },
  }
  test.each([
    ['a name that throws as text', hostileName, 'object'],
    ['a name that is no text', { name: Object.create(null) }, 'object'],
    ['a proxy that throws on access', revokedProxy(), 'object'],
    ['undefined', undefined, 'undefined'],
    ['a function without one', Object.assign(() => {}, {}), ''],
  ])('of %s harm nobody', async (_, thrown, errorName) => {
    const { events, onEvent } = record()
    const policy = fallback(MODELS, { name, onEvent })
    await expect(policy(service({ sonnet: thrown }).ask)).resolves.toBe('answer of haiku')
    expect(events[1]).toMatchObject({ type: 'fallback.switched', errorName })
    await expect(fallback(MODELS)(service({ sonnet: thrown }).ask)).resolves.toBe('answer of haiku')
  })

  test('an observer that throws harms nobody', async () => {
    const onEvent = () => {
      throw new Error('observer')
    }
    const { ask } = service({ sonnet: first })
    await expect(fallback(MODELS, { onEvent })(ask)).resolves.toBe('answer of haiku')
  })
})

test.each([
  [[], {}, '`candidates` must be an array of at least one candidate'],
  ['sonnet', {}, '`candidates` must be an array of at least one candidate'],
  [MODELS, { when: true }, '`when` must be a function, not true'],
  [MODELS, { skip: 'sonnet' }, '`skip` must be a function, not "sonnet"'],
  [MODELS, { label: 'id' }, '`label` must be a function, not "id"'],
  [MODELS, { onEvent: 1 }, '`onEvent` must be a function, not 1'],
])('candidates %o with %o are refused at creation', (candidates, options, message) => {
  expect(() => fallback(candidates as never, options as never)).toThrow(new TypeError(message))
})

test('a FallbackExhaustedError of another copy of the package is known', () => {
  const { isInstance } = FallbackExhaustedError
  expect(isInstance(new FallbackExhaustedError(['a'], [first]))).toBe(true)
  expect(isInstance({ [Symbol.for('@holdfast/FallbackExhaustedError')]: true })).toBe(true)
  expect(isInstance(first)).toBe(false)
})

test('an operation that is no function is named, and no candidate is blamed for it', async () => {
  const onEvent = vi.fn()
  const call = fallback(MODELS, { onEvent })('ask' as never)
  await expect(call).rejects.toThrow(new TypeError('`operation` must be a function, not "ask"'))
  expect(onEvent).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({ type: 'fallback.created' }),
  )
})
