import { advance, timers, useVirtualTime } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { createFlags } from './create-flags.ts'
import type { FlagsEvent } from './events.ts'
import type { FlagChange } from './flags.ts'
import { line, observed } from './testing.ts'

useVirtualTime()

/** Remembers the changes it received, as lines. */
function recorder() {
  const heard: string[] = []
  return { heard, hear: (change: FlagChange) => void heard.push(line(change)) }
}

test('of one flag receives its changes, one of all flags every change', () => {
  const { flags, file } = observed()
  const [one, all] = [recorder(), recorder()]
  flags.onChange('MAX_CONCURRENT', one.hear)
  flags.onChange(all.hear)
  file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
  expect(one.heard).toEqual(['2: MAX_CONCURRENT 5 → 6 (file)'])
  expect(all.heard).toEqual([
    '2: ENABLE_RETRY false → true (file)',
    '2: MAX_CONCURRENT 5 → 6 (file)',
  ])
})

test('finds all flags of the revision as they are now', () => {
  const { flags, file } = observed()
  const seen: unknown[] = []
  flags.onChange(() => {
    seen.push([flags.get('ENABLE_RETRY'), flags.get('MAX_CONCURRENT'), flags.revision])
  })
  file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
  expect(seen).toEqual([
    [true, 6, 2],
    [true, 6, 2],
  ])
})

test('of an unknown flag, or that is no function, is refused', () => {
  const { flags } = observed()
  expect(() => flags.onChange('toString' as never, () => {})).toThrow(
    new RangeError('There is no flag "toString"'),
  )
  expect(() => flags.onChange('MODELS', {} as never)).toThrow('`listener` must be a function')
  expect(() => flags.onChange(undefined as never)).toThrow('`listener` must be a function')
})

test('receives the change that the history has, as the observer does', () => {
  const { flags, events } = observed({ name: 'chat' })
  const listener = vi.fn()
  flags.onChange(listener)
  flags.override('MAX_CONCURRENT', 9, { actor: 'ann' })
  const [change] = flags.history()
  expect(listener).toHaveBeenCalledExactlyOnceWith(change)
  expect(events).toEqual([{ type: 'feature-flags.changed', name: 'chat', ...change }])
})

describe('one that fails does not affect the others', () => {
  const fault = new Error('listener')
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw fault
      },
    ],
    ['rejects', () => Promise.reject(fault)],
    [
      'rejects as a thenable',
      // biome-ignore lint/suspicious/noThenProperty: it is a thenable that is tested
      () => ({ then: (_: unknown, no: (e: unknown) => void) => no(fault) }),
    ],
  ])('and is reported: it %s', async (_, fail) => {
    const { flags, events } = observed({ name: 'chat' })
    const { heard, hear } = recorder()
    flags.onChange('MAX_CONCURRENT', fail as () => void)
    flags.onChange('MAX_CONCURRENT', hear)
    flags.onChange(hear)
    flags.override('MAX_CONCURRENT', 9)
    expect(heard).toHaveLength(2)
    await advance(0)
    expect(events.at(-1)).toEqual({
      type: 'feature-flags.listener-failed',
      name: 'chat',
      flag: 'MAX_CONCURRENT',
      error: fault,
    })
    flags.override('MAX_CONCURRENT', 10)
    expect(heard).toHaveLength(4)
  })

  test('nor does an observer that throws or rejects', async () => {
    const observers = [
      () => {
        throw fault
      },
      async () => {
        throw fault
      },
    ]
    for (const onEvent of observers) {
      const { flags, file } = observed({ onEvent })
      const { heard, hear } = recorder()
      flags.onChange(hear)
      file.say({ MAX_CONCURRENT: 6 })
      file.fail(fault)
      await advance(0)
      expect(heard).toEqual(['2: MAX_CONCURRENT 5 → 6 (file)'])
      expect(flags.sources()[1]?.state).toBe('stale')
    }
  })
})

describe('one that is stopped', () => {
  test('hears no more; stopping again is nothing', () => {
    const { flags } = observed()
    const { heard, hear } = recorder()
    const stop = flags.onChange(hear)
    stop()
    stop()
    flags.override('MAX_CONCURRENT', 9)
    expect(heard).toEqual([])
  })

  test('by itself, from within, hears no more, and the others hear all', () => {
    const { flags, file } = observed()
    const [once, always] = [recorder(), recorder()]
    const stop = flags.onChange((change) => {
      once.hear(change)
      stop()
    })
    flags.onChange(always.hear)
    file.say({ MAX_CONCURRENT: 6, ENABLE_RETRY: true })
    expect([once.heard.length, always.heard.length]).toEqual([1, 2])
  })

  test('by a listener that is called before it does not receive that change either', () => {
    const { flags } = observed()
    const { heard, hear } = recorder()
    flags.onChange(() => stop())
    const stop = flags.onChange(hear)
    flags.override('MAX_CONCURRENT', 9)
    expect(heard).toEqual([])
  })

  test('is one subscription: the same function twice is two', () => {
    const { flags } = observed()
    const { heard, hear } = recorder()
    const stop = flags.onChange(hear)
    flags.onChange(hear)
    flags.override('MAX_CONCURRENT', 9)
    stop()
    flags.override('MAX_CONCURRENT', 10)
    expect(heard).toHaveLength(3)
  })
})

test('one that is added while others are notified receives the next change, not this one', () => {
  const { flags } = observed()
  const { heard, hear } = recorder()
  const stop = flags.onChange(() => {
    stop()
    flags.onChange(hear)
  })
  flags.override('MAX_CONCURRENT', 9)
  expect(heard).toEqual([])
  flags.override('MAX_CONCURRENT', 10)
  expect(heard).toHaveLength(1)
})

describe('one that changes flags itself', () => {
  test('is in force at once, and all hear the changes in their order', () => {
    const audited = recorder()
    const { flags, file, told } = observed({ audit: audited.hear })
    const [before, after] = [recorder(), recorder()]
    flags.onChange(before.hear)
    flags.onChange('ENABLE_RETRY', () => {
      flags.override('GUARDRAIL_MODE', 'off')
      expect(flags.get('GUARDRAIL_MODE')).toBe('off')
    })
    flags.onChange(after.hear)
    file.say({ ENABLE_RETRY: true, MAX_CONCURRENT: 6 })
    const inOrder = [
      '2: ENABLE_RETRY false → true (file)',
      '2: MAX_CONCURRENT 5 → 6 (file)',
      '3: GUARDRAIL_MODE warn → off (override)',
    ]
    expect([before.heard, after.heard, audited.heard, told(), flags.history().map(line)]).toEqual(
      Array(5).fill(inOrder),
    )
  })

  test('that holds its flag where it wants it comes to rest', () => {
    const { flags, file } = observed()
    const { heard, hear } = recorder()
    flags.onChange('ENABLE_RETRY', () => flags.override('ENABLE_RETRY', false, { actor: 'pin' }))
    flags.onChange(hear)
    file.say({ ENABLE_RETRY: true })
    expect(flags.get('ENABLE_RETRY')).toBe(false)
    expect(heard).toEqual([
      '2: ENABLE_RETRY false → true (file)',
      '3: ENABLE_RETRY true → false (override)',
    ])
  })

  test('may kill', () => {
    const { flags, file } = observed()
    const { heard, hear } = recorder()
    flags.onChange('MAX_CONCURRENT', ({ to }) => {
      if (to === 999) flags.killAll({ actor: 'watchdog' })
    })
    flags.onChange('MAX_CONCURRENT', hear)
    file.say({ MAX_CONCURRENT: 999 })
    expect(flags.killed).toBe(true)
    expect(heard).toEqual(['2: MAX_CONCURRENT 5 → 999 (file)', '3: MAX_CONCURRENT 999 → 2 (kill)'])
  })

  test('may roll back what it has received', () => {
    const { flags, file } = observed()
    flags.onChange('MAX_CONCURRENT', ({ to, revision }) => {
      if (to === 999) flags.rollback(revision - 1)
    })
    file.say({ MAX_CONCURRENT: 999 })
    expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 5, source: 'override' })
  })

  test('may have the sources read again', async () => {
    const { flags, file } = observed()
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 7 })
    flags.onChange('ENABLE_RETRY', () => void flags.reload())
    flags.override('ENABLE_RETRY', true)
    await advance(0)
    expect(flags.get('MAX_CONCURRENT')).toBe(7)
  })

  test('may close, and leaves no timer, at the end of an override even', async () => {
    const { flags, env } = observed()
    const { heard, hear } = recorder()
    flags.onChange(({ actor }) => {
      if (actor === 'expiry') flags.close()
    })
    flags.onChange(hear)
    flags.override('ENABLE_RETRY', true, { ttlMs: 200 })
    flags.override('MAX_CONCURRENT', 9, { ttlMs: 100 })
    await advance(100)
    expect(heard).toHaveLength(3)
    expect(env.asked).toEqual(['start', 'close'])
    expect(timers()).toBe(0)
  })

  test('may be the observer, also of a source', () => {
    const events: FlagsEvent[] = []
    const { flags, file } = observed({
      onEvent(event) {
        events.push(event)
        if (event.type === 'feature-flags.source-changed') flags.override('ENABLE_RETRY', true)
      },
    })
    file.say({ MAX_CONCURRENT: 6 })
    expect(events.map(({ type }) => type)).toEqual([
      'feature-flags.created',
      'feature-flags.changed',
      'feature-flags.source-changed',
      'feature-flags.changed',
    ])
    expect(flags.history().map(({ actor }) => actor)).toEqual(['file', 'code'])
  })
})

describe('listeners that undo each other', () => {
  const loops = (events: readonly FlagsEvent[]) =>
    events.filter(({ type }) => type === 'feature-flags.listener-loop')

  test('are stopped, and the observer is notified', () => {
    const { flags, events } = observed({ name: 'chat' })
    let calls = 0
    const undo = (value: boolean) => () => {
      calls += 1
      flags.override('ENABLE_RETRY', value)
    }
    flags.onChange('ENABLE_RETRY', undo(true))
    flags.onChange('ENABLE_RETRY', undo(false))
    flags.override('ENABLE_RETRY', true, { actor: 'ann' })
    expect(calls).toBeLessThan(3000)
    expect(loops(events)).toEqual([
      {
        type: 'feature-flags.listener-loop',
        name: 'chat',
        flag: 'ENABLE_RETRY',
        dropped: expect.any(Number),
      },
    ])
    flags.override('MAX_CONCURRENT', 9)
    expect(flags.history().at(-1)).toMatchObject({ flag: 'MAX_CONCURRENT', to: 9 })
  })

  test('are stopped although each change leads to several', () => {
    const { flags, events } = observed()
    let calls = 0
    flags.onChange(() => {
      calls += 1
      for (let i = 0; i < 3; i++) flags.override('MAX_CONCURRENT', 1 + ((calls * 3 + i) % 999))
    })
    flags.override('ENABLE_RETRY', true)
    expect(calls).toBeLessThan(2000)
    expect(loops(events)).toHaveLength(1)
  })

  test('may be the observer or the audit', () => {
    let flip = false
    const undo = () => {
      flip = !flip
      flags.override('ENABLE_RETRY', flip)
    }
    const events: FlagsEvent[] = []
    const { flags } = observed({
      audit: undo,
      onEvent(event) {
        if (events.length > 10_000) throw new Error('endless')
        events.push(event)
        if (event.type === 'feature-flags.listener-loop') undo()
      },
    })
    flags.override('MAX_CONCURRENT', 9)
    expect(loops(events)).toHaveLength(1)
  })

  test('a chain of listeners that ends is heard to its end', () => {
    const { flags, events } = observed()
    const { heard, hear } = recorder()
    flags.onChange('MAX_CONCURRENT', ({ to }) => {
      if (Number(to) < 900) flags.override('MAX_CONCURRENT', Number(to) + 1)
    })
    flags.onChange(hear)
    flags.override('MAX_CONCURRENT', 6)
    expect(heard).toHaveLength(895)
    expect(loops(events)).toEqual([])
  })
})

test('hundreds of thousands of changes at once are all heard', () => {
  const names = Array.from({ length: 130_000 }, (_, i) => `F${i}`)
  const flags = createFlags({
    flags: Object.fromEntries(
      names.map((name) => [name, { type: 'boolean', default: true, safe: false }] as const),
    ),
  })
  let heard = 0
  flags.onChange(() => {
    heard += 1
  })
  flags.killAll()
  expect(heard).toBe(130_000)
  expect(flags.history()).toHaveLength(130_000)
})
