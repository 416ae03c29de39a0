import { expect, test, vi } from 'vitest'
import { createLogger } from './create-logger.ts'
import { pretty } from './pretty.ts'
import { standardOutput } from './standard-output.ts'

/** Runs a function while globals have other values. It must be synchronous: the test runner needs the real ones. */
function withGlobals<T>(globals: Readonly<Record<string, unknown>>, run: () => T): T {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  try {
    return run()
  } finally {
    vi.unstubAllGlobals()
  }
}

test('lines go to descriptor 1 through the file system of the runtime, not through the console', () => {
  const writeSync = vi.fn((_: number, bytes: Uint8Array) => bytes.length)
  const getBuiltinModule = vi.fn(() => ({ writeSync }))
  const log = vi.fn()
  withGlobals({ process: { getBuiltinModule }, console: { log } }, () =>
    standardOutput().write('{"msg":"é"}\n'),
  )
  expect(getBuiltinModule).toHaveBeenCalledWith('node:fs')
  const [fd, bytes] = writeSync.mock.lastCall ?? []
  expect([fd, new TextDecoder().decode(bytes)]).toEqual([1, '{"msg":"é"}\n'])
  expect(log).not.toHaveBeenCalled()
})

test.each([
  ['no `process`', { process: undefined }],
  ['a `process` that a bundler made up', { process: { env: {} } }],
  [
    'a virtual file system (Cloudflare Workers)',
    { navigator: { userAgent: 'Cloudflare-Workers' } },
  ],
])('lines go to the console where there is %s', (_, globals) => {
  const log = vi.fn()
  withGlobals({ ...globals, console: { log } }, () => {
    createLogger().info('m')
    createLogger({ destination: pretty() }).info('n')
  })
  expect(log.mock.calls).toEqual([
    // One line each: the console adds the line feed.
    [expect.stringMatching(/^\{.*"msg":"m"\}$/)],
    [expect.stringMatching(/INFO.* n$/)],
  ])
})
