import { advance, deferred, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { reloadOnSignal } from './node/reload-on-signal.ts'
import { line, observed, puppet } from './testing.ts'

useVirtualTime()

describe('a reload', () => {
  test('has every source read again, and reports what has changed, by whom', async () => {
    const { flags, env, file } = observed()
    env.whenAsked = () => env.say({ ENABLE_RETRY: true })
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 6 })
    const report = await flags.reload({ actor: 'ann', reason: 'deployed', requestId: 'r-1' })
    expect(report.revision).toBe(3)
    expect(report.changes.map(line)).toEqual([
      '2: ENABLE_RETRY false → true (env)',
      '3: MAX_CONCURRENT 5 → 6 (file)',
    ])
    for (const change of report.changes) {
      expect(change).toMatchObject({ actor: 'ann', reason: 'deployed', requestId: 'r-1' })
    }
    expect(report.sources).toEqual([
      { name: 'env', state: 'ready', error: undefined },
      { name: 'file', state: 'ready', error: undefined },
    ])
  })

  test('that finds nothing new reports nothing, and is no revision', async () => {
    const { flags, file } = observed()
    file.say({ MAX_CONCURRENT: 6 })
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 6 })
    expect(await flags.reload()).toMatchObject({ revision: 2, changes: [] })
  })

  test('that finds what is wrong changes nothing of that source, and says why', async () => {
    const { flags, env, file } = observed()
    file.say({ MAX_CONCURRENT: 6 })
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 'seven' })
    env.whenAsked = () => env.say({ ENABLE_RETRY: true })
    const report = await flags.reload()
    expect(report.changes.map(line)).toEqual(['3: ENABLE_RETRY false → true (env)'])
    expect(report.sources).toMatchObject([
      { name: 'env', state: 'ready' },
      { name: 'file', state: 'stale', error: expect.stringContaining('MAX_CONCURRENT') },
    ])
    expect(flags.get('MAX_CONCURRENT')).toBe(6)
  })

  test('reports what has come since it was asked for, nothing older', async () => {
    const { flags, file } = observed()
    flags.override('ENABLE_RETRY', true)
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 6 })
    expect((await flags.reload()).changes.map(line)).toEqual(['3: MAX_CONCURRENT 5 → 6 (file)'])
  })

  test('does not report what had ended before, though nobody had looked', async () => {
    let now = 0
    const clock = { now: () => now, setTimeout: () => undefined, clearTimeout: () => {} }
    const { flags } = observed({ clock })
    flags.override('ENABLE_RETRY', true, { ttlMs: 100 })
    now = 100
    expect(await flags.reload()).toMatchObject({ revision: 3, changes: [] })
  })

  test('by nobody known is by code; what a source says by itself is by that source', async () => {
    const { flags, file } = observed()
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 6 })
    await flags.reload()
    await flags.reload({ actor: 'ann' })
    file.say({ MAX_CONCURRENT: 7 })
    expect(flags.history().map(({ actor }) => actor)).toEqual(['code', 'file'])
  })

  test('of flags without sources is fine', async () => {
    const { flags } = observed({ sources: [] })
    expect(await flags.reload()).toEqual({ revision: 1, changes: [], sources: [] })
  })
})

describe('of a source that takes its time', () => {
  test('waits for it, and what it says meanwhile is by who asked', async () => {
    const { flags, file } = observed()
    const work = deferred()
    file.whenAsked = async () => {
      await work.promise
      file.say({ MAX_CONCURRENT: 6 })
    }
    const report = watch(flags.reload({ actor: 'ann' }))
    await advance(1000)
    expect([report.state, flags.get('MAX_CONCURRENT')]).toEqual(['pending', 5])
    work.resolve()
    await advance(0)
    expect(report.value).toMatchObject({ revision: 2, changes: [{ to: 6, actor: 'ann' }] })
    file.say({ MAX_CONCURRENT: 7 })
    expect(flags.history().at(-1)).toMatchObject({ actor: 'file' })
  })

  test('what another source says meanwhile is its own', async () => {
    const { flags, env, file } = observed()
    file.whenAsked = () => new Promise(() => {})
    void flags.reload({ actor: 'ann' })
    await advance(0)
    env.say({ ENABLE_RETRY: true })
    expect(flags.history()).toMatchObject([{ actor: 'env' }])
  })

  test('of two who ask at once, the later has all changes to his name', async () => {
    const { flags, file } = observed()
    const works = [deferred(), deferred()]
    let asked = 0
    file.whenAsked = async () => {
      const turn = asked++
      await works[turn]?.promise
      file.say({ MAX_CONCURRENT: 5 + turn })
    }
    void flags.reload({ actor: 'ann' })
    const second = watch(flags.reload({ actor: 'bob' }))
    works[0]?.resolve()
    await advance(0)
    works[1]?.resolve()
    await advance(0)
    expect(second.value?.changes).toMatchObject([
      { to: 5, actor: 'bob' },
      { to: 6, actor: 'bob' },
    ])
  })
})

describe('of a source that breaks its promises', () => {
  const fault = new Error('out of memory')
  test.each<[string, () => Promise<void>]>([
    [
      'throws',
      () => {
        throw fault
      },
    ],
    ['rejects', () => Promise.reject(fault)],
  ])(
    'and %s, the others are read, the source is stale, and nobody else is blamed',
    async (_, fail) => {
      const { flags, env, file } = observed()
      env.whenAsked = fail
      file.whenAsked = () => file.say({ MAX_CONCURRENT: 6 })
      const report = await flags.reload({ actor: 'ann' })
      expect(report.changes).toMatchObject([{ to: 6, actor: 'ann' }])
      expect(report.sources[0]).toEqual({ name: 'env', state: 'stale', error: 'out of memory' })
      env.say({ MAX_CONCURRENT: 7 })
      expect(flags.history().at(-1)).toMatchObject({ actor: 'env' })
    },
  )

  test('with something that is no error, too', async () => {
    const { flags, file } = observed()
    file.whenAsked = () => Promise.reject('gone')
    expect((await flags.reload()).sources[1]).toMatchObject({ state: 'stale', error: 'gone' })
  })
})

test('after close asks no source', async () => {
  const { flags, file } = observed()
  flags.close()
  expect(await flags.reload()).toMatchObject({ revision: 1, changes: [] })
  expect(file.asked).toEqual(['start', 'close'])
})

test('that is under way when the flags are closed ends, and changes nothing', async () => {
  const { flags, file } = observed()
  const work = deferred()
  file.whenAsked = async () => {
    await work.promise
    file.say({ MAX_CONCURRENT: 6 })
    throw new Error('closed')
  }
  const report = watch(flags.reload())
  flags.close()
  work.resolve()
  await advance(0)
  expect(report.value).toMatchObject({
    revision: 1,
    changes: [],
    sources: [{}, { state: 'pending' }],
  })
})

describe('reloadOnSignal', () => {
  test('reloads at SIGHUP, and says so, until it is stopped', async () => {
    const file = puppet()
    file.whenAsked = () => file.say({ MAX_CONCURRENT: 6 })
    const { flags } = observed({ sources: [file.source] })
    const before = process.listenerCount('SIGHUP')
    const stop = reloadOnSignal(flags)
    process.emit('SIGHUP')
    await advance(0)
    expect(flags.history()).toMatchObject([{ to: 6, actor: 'signal', reason: 'SIGHUP' }])
    stop()
    expect(process.listenerCount('SIGHUP')).toBe(before)
  })

  test('or at another', async () => {
    const { flags, file } = observed()
    const stop = reloadOnSignal(flags, 'SIGUSR2')
    process.emit('SIGUSR2')
    expect(file.asked).toEqual(['start', 'reload'])
    stop()
    expect(process.listenerCount('SIGUSR2')).toBe(0)
  })
})
