import { advance, thrownBy, timers, useVirtualTime } from '@holdfast/internal/testing'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createLogger } from '../create-logger.ts'
import type { LoggerEvent } from '../events.ts'
import { type FileDestinationOptions, fileDestination } from './file-destination.ts'

useVirtualTime()

/** A file or pipe that takes as many bytes at once as it is told, or fails. */
const disk = vi.hoisted(() => ({
  written: [] as number[],
  fds: new Set<number>(),
  closed: [] as number[],
  /** What the writes to come do, then all others: how many bytes they take, or what they throw. */
  plan: [] as (number | string)[],
  otherwise: Number.POSITIVE_INFINITY as number | string,
  writes: 0,
  waitedMs: 0,
}))

vi.mock('node:fs', () => ({
  openSync: (path: string) => {
    if (path === 'missing/log') throw Object.assign(new Error(path), { code: 'ENOENT' })
    return 77
  },
  closeSync: (fd: number) => disk.closed.push(fd),
  writeSync: (fd: number, bytes: Uint8Array, offset = 0) => {
    disk.writes += 1
    disk.fds.add(fd)
    const step = disk.plan.shift() ?? disk.otherwise
    if (typeof step === 'string') throw Object.assign(new Error(step), { code: step })
    const taken = bytes.subarray(offset, offset + step)
    disk.written.push(...taken)
    return taken.length
  },
}))

vi.spyOn(Atomics, 'wait').mockImplementation((_, __, ___, ms) => {
  disk.waitedMs += ms ?? 0
  return 'timed-out'
})

const text = (): string => Buffer.from(disk.written).toString()

const opened: { close(): void }[] = []
afterEach(() => {
  disk.otherwise = Number.POSITIVE_INFINITY
  disk.plan = []
  for (const file of opened.splice(0)) file.close()
  Object.assign(disk, { written: [], fds: new Set(), closed: [], writes: 0, waitedMs: 0 })
})

function open(options: FileDestinationOptions = {}) {
  const events: LoggerEvent[] = []
  const file = fileDestination({ onEvent: (event) => events.push(event), ...options })
  opened.push(file)
  return { file, events }
}

describe('each line at once', () => {
  test('is the default, to the standard output', () => {
    const { file } = open()
    file.write('a\n')
    expect(text()).toBe('a\n')
    file.write('ü😀\n')
    expect(text()).toBe('a\nü😀\n')
    expect(disk.fds).toEqual(new Set([1]))
    expect(disk.writes).toBe(2)
    expect(timers()).toBe(0)
  })

  test('goes on where a write ended', () => {
    disk.plan = [3, 1, 0, 2]
    const { file } = open({ fd: 5 })
    file.write('ü😀ab\n')
    expect(text()).toBe('ü😀ab\n')
    expect(disk.fds).toEqual(new Set([5]))
    expect(timers()).toBe(0)
  })

  test('waits for a reader that takes nothing for a while', () => {
    disk.plan = [...Array(99).fill('EAGAIN'), 1, ...Array(99).fill('EAGAIN')]
    const { file, events } = open()
    file.write('abc\n')
    expect(text()).toBe('abc\n')
    expect(disk.waitedMs).toBe(2 * 990)
    expect(events).toEqual([])
  })

  test('waits a second at most, once, until the reader reads on', () => {
    disk.otherwise = 'EAGAIN'
    const { file } = open()
    file.write('a\n')
    expect(disk.waitedMs).toBe(1000)
    file.write('b\n')
    file.write('c\n')
    expect(disk.waitedMs).toBe(1000)
    disk.otherwise = 1000
    file.write('d\n')
    expect(text()).toBe('a\nb\nc\nd\n')
    disk.otherwise = 'EAGAIN'
    file.write('e\n')
    expect(disk.waitedMs).toBe(2000)
    expect(file.dropped).toBe(0)
  })

  test('what waits is tried again from time to time, by a timer that keeps no process alive', async () => {
    disk.otherwise = 'EAGAIN'
    const setTimeout = vi.spyOn(globalThis, 'setTimeout')
    const { file } = open({ flushIntervalMs: 200 })
    file.write('a\n')
    file.write('b\n')
    expect(timers()).toBe(1)
    expect(setTimeout.mock.results[0]?.value.hasRef()).toBe(false)
    await advance(1000)
    expect(timers()).toBe(1)
    disk.otherwise = 1
    await advance(199)
    expect(text()).toBe('')
    await advance(1)
    expect(text()).toBe('a\nb\n')
    expect(timers()).toBe(0)
    setTimeout.mockRestore()
  })
})

describe('gathered lines', () => {
  test('are written when they are more than so many characters', () => {
    const { file } = open({ bufferLength: 6 })
    file.write('ab\n')
    file.write('cd\n')
    expect(disk.writes).toBe(0)
    file.write('e\n')
    expect(text()).toBe('ab\ncd\ne\n')
    expect(disk.writes).toBe(1)
    expect(timers()).toBe(0)
  })

  test('are written when the oldest has waited for so long', async () => {
    const { file } = open({ bufferLength: 100 })
    file.write('a\n')
    await advance(600)
    file.write('b\n')
    await advance(399)
    expect(text()).toBe('')
    await advance(1)
    expect(text()).toBe('a\nb\n')
    expect(timers()).toBe(0)
    file.write('c\n')
    await advance(1000)
    expect(text()).toBe('a\nb\nc\n')
  })

  test('never wait for the reader', () => {
    disk.otherwise = 'EAGAIN'
    const { file } = open({ bufferLength: 2 })
    for (let count = 0; count < 10; count++) file.write('ab\n')
    expect(disk.waitedMs).toBe(0)
  })

  test('are written at once by flushSync, which waits', () => {
    const { file } = open({ bufferLength: 100 })
    file.write('a\n')
    disk.plan = ['EAGAIN', 'EAGAIN']
    file.flushSync()
    expect(text()).toBe('a\n')
    expect(disk.waitedMs).toBe(20)
    expect(timers()).toBe(0)
  })

  test('are written after a line of level fatal, with it', () => {
    const { file } = open({ bufferLength: 10_000 })
    const log = createLogger({ destination: file })
    log.error('first')
    expect(text()).toBe('')
    log.fatal('second')
    expect(text()).toMatch(/"first"}\n.*"second"}\n$/)
  })

  test('flush resolves when all is written, and blocks nobody', async () => {
    const { file } = open({ bufferLength: 100 })
    file.write('abc\n')
    disk.plan = [2]
    disk.otherwise = 'EAGAIN'
    let isFlushed = false
    const flushed = file.flush().then(() => {
      isFlushed = true
    })
    await advance(500)
    expect([isFlushed, text(), disk.waitedMs]).toEqual([false, 'ab', 0])
    file.write('d\n')
    disk.otherwise = 1000
    await advance(10)
    await flushed
    expect(text()).toBe('abc\nd\n')
    await file.flush()
  })
})

describe('what there is no room for', () => {
  test('is dropped, counted and told', () => {
    disk.otherwise = 'EAGAIN'
    const { file, events } = open({ maxWaiting: 6 })
    file.write('ab\n')
    file.write('cd\n')
    file.write('x\n')
    file.write('y\n')
    expect(file.dropped).toBe(2)
    expect(events).toEqual(
      Array(2).fill({ type: 'logger.lines-dropped', count: 1, reason: 'full', error: undefined }),
    )
    disk.otherwise = 1000
    file.write('e\n')
    expect(text()).toBe('ab\ncd\ne\n')
    expect(file.dropped).toBe(2)
  })

  test('is not what the reader would take if it were asked', () => {
    const { file, events } = open({ bufferLength: 6, maxWaiting: 6 })
    for (const line of ['abcd\n', 'efgh\n', 'ij\n', 'k\n', 'lmnopqrs\n']) file.write(line)
    file.flushSync()
    expect(text()).toBe('abcd\nefgh\nij\nk\nlmnopqrs\n')
    expect(events).toEqual([])
  })

  test('is not a line that is longer than all that may wait', () => {
    disk.plan = [3, 'EAGAIN']
    const { file } = open({ bufferLength: 1, maxWaiting: 5 })
    file.write('0123456789\n')
    file.flushSync()
    expect(text()).toBe('0123456789\n')
    expect(file.dropped).toBe(0)
  })
})

describe('a write that fails', () => {
  test.each(['ENOSPC', 'EPIPE', 'EBADF', 'EIO'])(
    'with %s harms nobody, and is counted',
    async (code) => {
      disk.otherwise = code
      const { file, events } = open()
      file.write('a\n')
      file.write('b\n')
      await file.flush()
      file.flushSync()
      expect(file.dropped).toBe(2)
      expect(events).toHaveLength(2)
      expect(events[0]).toEqual({
        type: 'logger.lines-dropped',
        count: 1,
        reason: 'error',
        error: expect.objectContaining({ code }),
      })
      disk.otherwise = 100
      file.write('c\n')
      expect(text()).toBe('c\n')
      expect(timers()).toBe(0)
    },
  )

  test('costs all lines that were to be written with it', () => {
    disk.otherwise = 'EIO'
    const { file, events } = open({ bufferLength: 5 })
    file.write('a\n')
    file.write('b\n')
    file.write('c\n')
    expect(events).toMatchObject([{ count: 3 }])
    expect(timers()).toBe(0)
  })

  test('half-way through a line begins the next on a line of its own', () => {
    disk.plan = [2, 'ENOSPC', 'ENOSPC']
    const { file, events } = open()
    file.write('abc\n')
    file.write('def\n')
    file.write('ghi\n')
    file.write('jkl\n')
    expect(text()).toBe('ab\nghi\njkl\n')
    expect(events).toMatchObject([{ count: 1 }, { count: 1 }])
    expect(file.dropped).toBe(2)
  })

  test('between lines adds none', () => {
    disk.plan = [3, 'ENOSPC']
    const { file } = open({ bufferLength: 4 })
    file.write('ab\n')
    file.write('cd\n')
    file.write('ef\n')
    file.flushSync()
    expect(text()).toBe('ab\nef\n')
    expect(file.dropped).toBe(1)
  })
})

describe('an observer', () => {
  test('that throws or rejects harms nobody', () => {
    disk.otherwise = 'EIO'
    for (const onEvent of [
      () => {
        throw new Error('No')
      },
      async () => {
        throw new Error('No')
      },
    ]) {
      const { file } = open({ onEvent })
      file.write('a\n')
      expect(file.dropped).toBe(1)
    }
  })

  test('that logs of lost lines is not told of its own', () => {
    disk.otherwise = 'EIO'
    let told = 0
    const { file } = open({
      onEvent: () => {
        told += 1
        file.write('lost\n')
      },
    })
    file.write('a\n')
    file.write('b\n')
    expect(told).toBe(2)
    expect(file.dropped).toBe(4)
  })

  test('that logs gets its line behind those that wait, and none twice', () => {
    disk.plan = [2, 'EIO']
    const { file } = open({ bufferLength: 4, onEvent: () => file.write('told\n') })
    file.write('a\n')
    file.write('b\n')
    file.write('c\n')
    file.flushSync()
    expect(text()).toBe('a\ntold\n')
  })
})

describe('when the process exits', () => {
  const before = process.listeners('exit')
  const added = () => process.listeners('exit').filter((listener) => !before.includes(listener))
  const exit = (): void => {
    for (const listener of added()) listener.call(process, 0)
  }
  // A process exits once: each test has the module anew.
  const openAnew = async (options?: FileDestinationOptions) =>
    (await import('./file-destination.ts')).fileDestination(options)
  beforeEach(() => {
    vi.resetModules()
    for (const listener of added()) process.off('exit', listener)
  })

  test('what waits is written, though a write has waited in vain before', async () => {
    disk.otherwise = 'EAGAIN'
    const file = await openAnew()
    file.write('a\n')
    expect(disk.waitedMs).toBe(1000)
    disk.plan = Array(50).fill('EAGAIN')
    disk.otherwise = 1
    exit()
    expect(text()).toBe('a\n')
  })

  test('what is gathered is written, also by listeners that come later', async () => {
    const file = await openAnew({ bufferLength: 100 })
    file.write('a\n')
    exit()
    expect(text()).toBe('a\n')
    file.write('last words\n')
    expect(text()).toBe('a\nlast words\n')
  })

  test('there is one listener for all that wait, and none before', async () => {
    const files = [await openAnew({ bufferLength: 9 }), await openAnew({ bufferLength: 9 })]
    expect(added()).toHaveLength(0)
    for (const file of files) file.write('a\n')
    expect(added()).toHaveLength(1)
    exit()
    expect(text()).toBe('a\na\n')
  })

  test.each(['flushSync', 'close', 'tick'])(
    'nothing is held that waits no more (%s)',
    async (how) => {
      const file = await openAnew({ bufferLength: 9 })
      const flushSync = vi.spyOn(file, 'flushSync')
      file.write('a\n')
      if (how === 'tick') await advance(1000)
      else file[how as 'close']()
      flushSync.mockClear()
      exit()
      expect(flushSync).not.toHaveBeenCalled()
    },
  )
})

describe('closing', () => {
  test('writes what waits, and closes a file that was opened, once', () => {
    const { file, events } = open({ path: 'log', bufferLength: 100 })
    file.write('a\n')
    file.close()
    file.close()
    expect(text()).toBe('a\n')
    expect(disk.fds).toEqual(new Set([77]))
    expect(disk.closed).toEqual([77])
    expect(timers()).toBe(0)
    expect(events).toEqual([])
  })

  test('leaves open what was open before', () => {
    const { file } = open({ fd: 2 })
    file.write('a\n')
    file[Symbol.dispose]()
    expect(disk.closed).toEqual([])
  })

  test('drops what the reader does not take in a second, and what comes later', async () => {
    disk.otherwise = 'EAGAIN'
    const { file, events } = open({ path: 'log', bufferLength: 100 })
    file.write('a\n')
    file.write('b\n')
    file.close()
    expect(disk.waitedMs).toBe(1000)
    expect(events).toMatchObject([{ count: 2, reason: 'full' }])
    file.write('c\n')
    expect(file.dropped).toBe(3)
    disk.otherwise = 1
    await file.flush()
    file.flushSync()
    expect(text()).toBe('')
    expect(timers()).toBe(0)
  })

  test('after half a line writes nothing more: the number may be another file’s', () => {
    disk.plan = [1, 'EIO']
    const { file } = open({ path: 'log' })
    file.write('abc\n')
    disk.otherwise = 'EIO'
    file.close()
    disk.otherwise = 1
    file.flushSync()
    file.write('d\n')
    expect(text()).toBe('a')
  })
})

test('whatever the reader does, lines come in order, whole and once, or are counted', () => {
  const steps = fc.array(fc.oneof(fc.nat({ max: 30 }), fc.constantFrom('EAGAIN', 'EIO')), {
    maxLength: 60,
  })
  const acts = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('a', 'ü', '😀'), maxLength: 9 }) },
      { weight: 1, arbitrary: fc.constantFrom('flushSync', 'tick') },
    ),
    { maxLength: 40 },
  )
  const options = fc.record({
    bufferLength: fc.constantFrom(0, 5, 30),
    maxWaiting: fc.constantFrom(30, 60, 1000),
  })
  fc.assert(
    fc.property(options, acts, steps, (options, acts, plan) => {
      Object.assign(disk, { plan: [...plan], written: [] })
      const { file, events } = open(options)
      let given = 0
      for (const act of acts) {
        if (act === 'flushSync') file.flushSync()
        else if (act === 'tick') vi.advanceTimersByTime(1000)
        else file.write(`${given++}:${act};\n`)
      }
      disk.plan = []
      file.close()
      const lines = text().split('\n').slice(0, -1)
      const whole = lines.filter((line) => /^\d+:[^;:]*;$/.test(line))
      const numbers = whole.map((line) => Number.parseInt(line, 10))
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
      expect(whole.length + file.dropped).toBe(given)
      // What is not whole is the beginning of a line that was counted.
      expect(lines.length - whole.length).toBeLessThanOrEqual(file.dropped)
      expect(events.reduce((sum, { count }) => sum + count, 0)).toBe(file.dropped)
    }),
    { numRuns: 1000 },
  )
})

test.each<[object, ErrorConstructor, string]>([
  [{ fd: -1 }, RangeError, '`fd` must be an integer of 0 or more, not -1'],
  [{ fd: '1' }, TypeError, '`fd`'],
  [{ path: 5 }, TypeError, '`path` must be a string, not 5'],
  [{ bufferLength: 0.5 }, RangeError, '`bufferLength`'],
  [
    { flushIntervalMs: 2 ** 31 },
    RangeError,
    '`flushIntervalMs` must be a number from 0 to 2147483647',
  ],
  [{ maxWaiting: 0 }, RangeError, '`maxWaiting` must be an integer of 1 or more, not 0'],
  [
    { bufferLength: 10, maxWaiting: 9 },
    RangeError,
    '`maxWaiting` must be an integer of 10 or more',
  ],
  [{ onEvent: 'log' }, TypeError, '`onEvent` must be a function, not "log"'],
])('%o is refused', (options, errorClass, shown) => {
  const error = thrownBy(() => fileDestination(options))
  expect(error).toBeInstanceOf(errorClass)
  expect(String(error)).toContain(shown)
})

test('a file that cannot be opened is told at once', () => {
  expect(() => fileDestination({ path: 'missing/log' })).toThrow('missing/log')
})
