import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

// With the built package, as a program has it: without a loader that may keep the process alive, or end it.
test('sources that watch and poll keep no process alive', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-flags-'))
  const path = join(folder, 'flags.json')
  writeFileSync(path, '{"flags": {"LIMIT": 7}}')
  const built = (path: string) =>
    JSON.stringify(pathToFileURL(join(import.meta.dirname, '..', 'dist', path)).href)
  const program = `
    import { createFlags, defineFlags, poll } from ${built('index.js')}
    import { file } from ${built('node/index.js')}
    const flags = createFlags({
      flags: defineFlags({ LIMIT: { type: 'integer', default: 5 } }),
      sources: [
        file(${JSON.stringify(path)}),
        file('missing/flags.json', { name: 'missing' }),
        poll(() => new Promise(() => {})),
        poll(() => '{"flags": {}}', { name: 'empty' }),
      ],
    })
    console.log(flags.get('LIMIT'))`
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { timeout: 20_000, cwd: folder },
  )
  expect(stdout.trim()).toBe('7')
  rmSync(folder, { recursive: true })
})
