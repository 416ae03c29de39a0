// What becomes of lines when a process ends, a reader is slow, or a disk is full: with real files and pipes, in processes
// of their own, and with the built package, as a program has it.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Line, parseLine } from '../src/testing.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-logger-'))
afterAll(() => rmSync(folder, { recursive: true }))

const NODE = `${quote(process.execPath)} ${quote(join(import.meta.dirname, 'log-program.mjs'))}`
const NUMBERS = Array.from({ length: 1000 }, (_, number) => number)
/** A pipe holds less than what is written. */
const SLOW = '| (sleep 0.3; cat)'

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

interface Output {
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

interface Run extends Omit<Output, 'stdout'> {
  /** Each line that came, parsed; it throws for one that is not whole. */
  readonly lines: readonly Line[]
}

const linesOf = (text: string): Line[] => (text.match(/[^\n]*\n|.+$/g) ?? []).map(parseLine)

/** Runs a program, with something behind its standard output. */
async function run(program: readonly string[], behind = ''): Promise<Run> {
  const command = [NODE, ...program.map(quote), behind].join(' ')
  const start = performance.now()
  const { stdout, stderr, ms } = await new Promise<Output>((resolve) => {
    const options = { timeout: 25_000, maxBuffer: 1e8 }
    execFile('sh', ['-c', command], options, (_, stdout, stderr) => {
      resolve({ stdout, stderr, ms: performance.now() - start })
    })
  })
  return { lines: linesOf(stdout), stderr, ms }
}

/** What a program tells: a shell may add how it ended. */
const told = <T>(stderr: string): T => JSON.parse(stderr.split('\n')[0] as string)

const numbers = (lines: Run['lines']): unknown[] => lines.map(({ number }) => number)

describe.skipIf(process.platform === 'win32')('nothing is lost', () => {
  describe.each(['default', 'gathered', 'gathered for long'])(
    'by a destination that is %s',
    (destination) => {
      test.each(['at its end', 'process.exit', 'uncaught exception', 'unhandled rejection'])(
        'when a process ends by: %s',
        async (ending) => {
          const { lines, ms } = await run(['end', destination, ending], SLOW)
          expect(numbers(lines)).toEqual(NUMBERS)
          // Neither the timer nor the pipe keeps it alive.
          expect(ms).toBeLessThan(20_000)
        },
      )

      test.each(['at its end', 'process.exit', 'uncaught exception'])(
        'when a worker thread ends by: %s',
        async (ending) => {
          const { lines } = await run(['worker', destination, ending], SLOW)
          expect(numbers(lines)).toEqual(NUMBERS)
        },
      )

      test('when a process is killed after a line of level fatal', async () => {
        const { lines } = await run(['end', destination, 'fatal and killed'], SLOW)
        expect(numbers(lines)).toEqual([...NUMBERS, undefined])
        expect(lines.at(-1)).toMatchObject({ level: 'fatal', msg: 'last' })
      })
    },
  )

  test('when a process is killed after a flush, which blocks nobody', async () => {
    // The reader begins when the program's timer has fired five times since the flush began.
    const signal = join(folder, 'ticked')
    const reader = `| (until [ -e ${quote(signal)} ]; do sleep 0.02; done; cat)`
    const { lines, stderr } = await run(['flush', signal], reader)
    expect(numbers(lines)).toEqual(NUMBERS)
    expect(told<{ ticks: number }>(stderr).ticks).toBeGreaterThanOrEqual(5)
  })

  test('by the standard output as it is, at the end', async () => {
    const { lines } = await run(['end', 'stdout', 'at its end'], SLOW)
    expect(numbers(lines)).toEqual(NUMBERS)
  })

  test('by processes that append to one file', async () => {
    const path = join(folder, 'appended.log')
    await Promise.all([run(['append', path]), run(['append', path])])
    const lines = readFileSync(path, 'utf8')
      .split(/(?<=\n)/)
      .map(parseLine)
    const names = [...new Set(lines.map(({ name }) => name))]
    expect(names).toHaveLength(2)
    for (const name of names) {
      expect(numbers(lines.filter((line) => line['name'] === name))).toEqual(NUMBERS)
    }
  })
})

describe.skipIf(process.platform === 'win32')('a reader', () => {
  test.each(['0', '5000'])(
    'that never reads holds nobody up for long (bufferLength %s)',
    async (length) => {
      const { lines, stderr } = await run(['stuck', length], '| sleep 4')
      const { dropped, events, ms } = told<Record<string, number>>(stderr)
      // A pipe takes 64 kB, and a tenth of the lines may wait.
      expect(dropped).toBeGreaterThan(700)
      expect(dropped).toBeLessThan(950)
      expect(events).toBe(dropped)
      expect(lines).toEqual([])
      // A second for one line, at most.
      expect(ms).toBeLessThan(10_000)
    },
  )

  test('that has gone costs its lines, which are counted', async () => {
    const { stderr } = await run(['gone'], '| true')
    expect(told(stderr)).toEqual(Array(2).fill({ count: 1, reason: 'error', code: 'EPIPE' }))
  })
})

describe.skipIf(process.platform !== 'linux')('a file', () => {
  test.each([
    ['on a full disk', ['fails', '/dev/full'], 'ENOSPC'],
    ['that is not open', ['fails', '', '99'], 'EBADF'],
  ])('%s costs its lines, which are counted', async (_, program, code) => {
    const { stderr } = await run(program)
    expect(told(stderr)).toEqual([
      { count: 1, reason: 'error', code },
      { count: 1, reason: 'error', code },
      { count: 2, reason: 'error', code },
    ])
  })
})
