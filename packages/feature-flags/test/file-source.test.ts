import { execFile } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFlags } from '../src/create-flags.ts'
import { defineFlags } from '../src/define-flags.ts'
import { type FileOptions, file } from '../src/node/file.ts'

const definitions = defineFlags({
  ON: { type: 'boolean', default: false },
  LIMIT: { type: 'integer', default: 5, min: 1, max: 100 },
})

let folder: string
let path: string
let closers: (() => void)[]

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-flags-')))
  path = join(folder, 'flags.json')
  closers = []
})
afterEach(() => {
  for (const close of closers) close()
  rmSync(folder, { recursive: true, force: true })
})

const text = (LIMIT: unknown) => JSON.stringify({ flags: { ON: true, LIMIT } })

function start(options?: FileOptions, from = path) {
  const flags = createFlags({ flags: definitions, sources: [file(from, options)] })
  closers.push(() => flags.close())
  const status = () => flags.sources()[0]
  return {
    flags,
    limit: () => flags.get('LIMIT'),
    state: () => status()?.state,
    error: () => status()?.error,
  }
}

/** Nothing but the watching is given the time to see it. */
const byWatch = { pollMs: 1e6 }
/** The watching has no say. */
const byPoll = { pollMs: 20, debounceMs: 1e6 }
const within = { timeout: 5000, interval: 5 }

test('is read when the flags are made', () => {
  writeFileSync(path, text(7))
  const { flags, limit, state } = start()
  expect(limit()).toBe(7)
  expect(state()).toBe('ready')
  expect(flags.evaluate('LIMIT')).toMatchObject({ source: 'file', reason: 'STATIC' })
})

describe.each([
  ['watched', byWatch],
  ['polled', byPoll],
])('%s', (_, options) => {
  test('written in place', async () => {
    writeFileSync(path, text(7))
    const { limit } = start(options)
    writeFileSync(path, text(8))
    await vi.waitUntil(() => limit() === 8, within)
    writeFileSync(path, text(9))
    await vi.waitUntil(() => limit() === 9, within)
  })

  test('renamed over, as editors do, again and again', async () => {
    writeFileSync(path, text(7))
    const { limit } = start(options)
    for (const value of [8, 9, 10]) {
      writeFileSync(`${path}.tmp`, text(value))
      renameSync(`${path}.tmp`, path)
      await vi.waitUntil(() => limit() === value, within)
    }
  })

  test('moved away and written again, as other editors do', async () => {
    writeFileSync(path, text(7))
    const { limit, state } = start(options)
    renameSync(path, `${path}~`)
    await vi.waitUntil(() => state() === 'stale', within)
    expect(limit()).toBe(7)
    writeFileSync(path, text(8))
    await vi.waitUntil(() => limit() === 8, within)
    expect(state()).toBe('ready')
  })

  test('swapped by a symlink, as Kubernetes does', async () => {
    const release = (name: string, value: number) => {
      mkdirSync(join(folder, name))
      writeFileSync(join(folder, name, 'flags.json'), text(value))
      symlinkSync(name, join(folder, '..data_tmp'))
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
    }
    release('..2026_01', 7)
    symlinkSync(join('..data', 'flags.json'), path)
    const { limit } = start(options)
    expect(limit()).toBe(7)
    release('..2026_02', 8)
    rmSync(join(folder, '..2026_01'), { recursive: true })
    await vi.waitUntil(() => limit() === 8, within)
    release('..2026_03', 9)
    await vi.waitUntil(() => limit() === 9, within)
  })

  test('half-written changes nothing until it is whole', async () => {
    writeFileSync(path, text(7))
    const { limit, state, error } = start(options)
    const whole = text(8)
    writeFileSync(path, whole.slice(0, 20))
    await vi.waitUntil(() => state() === 'stale', within)
    expect(error()).toMatch(/\(line 1, column \d+\)$/)
    expect(limit()).toBe(7)
    appendFileSync(path, whole.slice(20))
    await vi.waitUntil(() => limit() === 8, within)
    expect(state()).toBe('ready')
    expect(error()).toBeUndefined()
  })

  test('wrong and then the same as before is ready again', async () => {
    writeFileSync(path, text(7))
    const { flags, state } = start(options)
    const { revision } = flags
    writeFileSync(path, '{')
    await vi.waitUntil(() => state() === 'stale', within)
    writeFileSync(path, text(7))
    await vi.waitUntil(() => state() === 'ready', within)
    expect(flags.revision).toBe(revision)
  })

  test('missing at first, with its directory', async () => {
    const late = join(folder, 'later', 'flags.json')
    const { limit, state } = start({ ...options, pollMs: 20 }, late)
    expect(state()).toBe('stale')
    expect(limit()).toBe(5)
    mkdirSync(join(folder, 'later'))
    writeFileSync(late, text(8))
    await vi.waitUntil(() => limit() === 8, within)
  })
})

test('a directory that is made again is watched again', async () => {
  const inner = join(folder, 'inner', 'flags.json')
  const make = (value: number) => {
    mkdirSync(join(folder, 'inner'))
    writeFileSync(inner, text(value))
  }
  make(7)
  const { limit, state } = start({ pollMs: 20 }, inner)
  rmSync(join(folder, 'inner'), { recursive: true })
  await vi.waitUntil(() => state() === 'stale', within)
  make(8)
  await vi.waitUntil(() => limit() === 8, within)
  writeFileSync(inner, text(9))
  await vi.waitUntil(() => limit() === 9, within)
})

test('a symlink to elsewhere is followed by polling', async () => {
  mkdirSync(join(folder, 'elsewhere'))
  const target = join(folder, 'elsewhere', 'real.json')
  writeFileSync(target, text(7))
  symlinkSync(target, path)
  const { limit } = start({ pollMs: 20 })
  writeFileSync(target, text(8))
  await vi.waitUntil(() => limit() === 8, within)
})

test('in a directory that is never quiet it is seen nevertheless', async () => {
  writeFileSync(path, text(7))
  const { limit } = start({ ...byWatch, debounceMs: 100 })
  const noise = setInterval(() => writeFileSync(join(folder, 'noise'), `${Math.random()}`), 5)
  closers.push(() => clearInterval(noise))
  writeFileSync(path, text(8))
  await vi.waitUntil(() => limit() === 8, within)
})

describe('invalid data change nothing, and are reported', () => {
  const cases: [string, string | Uint8Array, RegExp][] = [
    ['empty', '', /^Expected a value, not the end \(line 1, column 1\)$/],
    ['malformed', '{"flags": {\n  "ON": true,\n}}', /^Expected a name .* \(line 3, column 1\)$/],
    [
      'of a wrong type',
      '{"flags": {"ON": true,\n  "LIMIT": "9"}}',
      /^`LIMIT` must be .* \(line 2, column 3\)$/,
    ],
    ['out of range', '{"flags": {"LIMIT": 0}}', /^`LIMIT` must be an integer from 1 to 100, not 0/],
    [
      'of an unknown flag',
      '{"flags": {"ON": true,\n "LIMITS": 9}}',
      /LIMITS.* \(line 2, column 2\)$/,
    ],
    [
      'with a rule that is wrong',
      '{"flags": {"ON": {"value": true, "rules": [\n{"value": 1}]}}}',
      /^`ON\.rules\[0\]\.value` must be true or false, not 1 \(line 2, column 2\)$/,
    ],
    ['twice the same', '{"flags": {"ON": true, "ON": false}}', /^The name "ON" is there twice/],
    ['deep', '['.repeat(1e5), /^Nested deeper than 100 levels/],
    ['large', ' '.repeat(2 ** 20 + 1), /is larger than a megabyte$/],
    ['with a NUL', '{"flags": {"ON": true}}\0', /^Expected the end, not "\\u0000"/],
    ['in UTF-16', Buffer.from(`\ufeff${text(9)}`, 'utf16le'), /not valid .*utf-8/i],
    ['in Latin-1', Buffer.from('{"flags": {"ON": "é"}}', 'latin1'), /not valid .*utf-8/i],
    [
      'with a surrogate in UTF-8',
      Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22),
      /not valid .*utf-8/i,
    ],
  ]
  test.each(cases)('a file that is %s', async (_, content, message) => {
    writeFileSync(path, text(7))
    const { flags, limit, state, error } = start()
    const { revision } = flags
    writeFileSync(path, content)
    await flags.reload()
    expect(error()).toMatch(message)
    expect(state()).toBe('stale')
    expect(limit()).toBe(7)
    expect(flags.get('ON')).toBe(true)
    expect(flags.revision).toBe(revision)
    writeFileSync(path, text(8))
    await vi.waitUntil(() => limit() === 8, within)
    expect(state()).toBe('ready')
  })

  test.each(cases)('also at the start, which goes on: %s', (_, content, message) => {
    writeFileSync(path, content)
    const { limit, state, error } = start()
    expect(error()).toMatch(message)
    expect(state()).toBe('stale')
    expect(limit()).toBe(5)
  })

  test('a file that is gone', async () => {
    writeFileSync(path, text(7))
    const { flags, limit, error } = start()
    unlinkSync(path)
    await flags.reload()
    expect(error()).toMatch(/^ENOENT/)
    expect(limit()).toBe(7)
  })

  test('a directory', () => {
    mkdirSync(path)
    expect(start().error()).toMatch(/is not a file$/)
  })

  test.skipIf(process.platform === 'win32')('a pipe, which would block', async () => {
    await promisify(execFile)('mkfifo', [path])
    expect(start().error()).toMatch(/is not a file$/)
  })
})

test('is reported once, not at every look', async () => {
  writeFileSync(path, '{')
  const onEvent = vi.fn()
  const flags = createFlags({ flags: definitions, sources: [file(path, byPoll)], onEvent })
  closers.push(() => flags.close())
  const looks = vi.fn()
  const timer = setInterval(looks, byPoll.pollMs)
  await vi.waitUntil(() => looks.mock.calls.length >= 5, within)
  clearInterval(timer)
  const told = onEvent.mock.calls.filter(([{ type }]) => type === 'feature-flags.source-changed')
  expect(told).toHaveLength(1)
})

test('a byte order mark is left out', () => {
  writeFileSync(path, `\ufeff${text(7)}`)
  expect(start().limit()).toBe(7)
})

test('unwatched it is read again by a reload only', async () => {
  writeFileSync(path, text(7))
  const watched = start({ pollMs: 20 })
  const unwatched = start({ watch: false })
  writeFileSync(path, text(8))
  await vi.waitUntil(() => watched.limit() === 8, within)
  expect(unwatched.limit()).toBe(7)
  const { changes } = await unwatched.flags.reload({ actor: 'ada' })
  expect(changes).toMatchObject([{ flag: 'LIMIT', from: 7, to: 8, actor: 'ada' }])
  expect(unwatched.limit()).toBe(8)
})

test('after close the file is not read any more, however it was closed', async () => {
  writeFileSync(path, text(7))
  const other = start({ pollMs: 20 })
  const { flags, limit } = start({ pollMs: 20 })
  const self = start({ pollMs: 20 })
  self.flags.onChange(() => self.flags.close())
  flags.close()
  writeFileSync(path, text(8))
  await vi.waitUntil(() => other.limit() === 8 && self.limit() === 8, within)
  writeFileSync(path, text(9))
  await vi.waitUntil(() => other.limit() === 9, within)
  await flags.reload()
  expect(limit()).toBe(7)
  expect(self.limit()).toBe(8)
})

test.each([
  [['', {}], TypeError, '`path` must be a string that is not empty, not ""'],
  [['x', { pollMs: 0 }], RangeError, '`pollMs` must be a number from 1 to 2147483647, not 0'],
  [
    ['x', { debounceMs: -1 }],
    RangeError,
    '`debounceMs` must be a number from 0 to 2147483647, not -1',
  ],
])('%o is refused', (args, errorClass, message) => {
  expect(() => file(...(args as Parameters<typeof file>))).toThrow(new errorClass(message))
})
