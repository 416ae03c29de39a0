// Tests what a user gets: npm installs the packed tarballs into an empty project outside the repository.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const project = mkdtempSync(join(tmpdir(), 'holdfast-consumer-'))
const packed = process.env['HOLDFAST_TARBALLS'] ?? join(project, 'tarballs')
let tarballs: string[] = []
const canRequireModules = Reflect.get(process.features, 'require_module') === true

beforeAll(() => {
  cpSync(join(import.meta.dirname, 'consumer'), project, { recursive: true })
  // `npm test` packs the tarballs before it runs the tests.
  if (!existsSync(packed)) run('node', [join(root, 'scripts', 'pack.mjs'), packed])
  tarballs = readdirSync(packed).filter((file) => file.endsWith('.tgz'))
  expect(tarballs.length).toBeGreaterThan(0)
  run('npm', [
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    ...tarballs.map((file) => join(packed, file)),
    ...['typescript', '@types/node'].map((name) => sameVersion('.', name)),
    sameVersion('packages/bedrock-adapter', '@aws-sdk/client-bedrock-runtime'),
  ])
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true, maxRetries: 3 }))

test('every package loads, as a single copy', () => {
  expect(run('node', ['load.mjs'])).toBe(`${tarballs.length} packages loaded`)
})

test('an ES module can make a call', () => {
  expect(run('node', ['call.mjs'])).toBe('a reply arrived')
})

// On Node versions without require(esm), the report shows this test as skipped, with the reason in its name.
const needs = canRequireModules
  ? ''
  : ` (SKIPPED: Node ${process.version} cannot require ES modules)`
test.skipIf(!canRequireModules)(`a CommonJS module can make a call${needs}`, () => {
  expect(run('node', ['call.cjs'])).toBe('a reply arrived')
})

test('the command of a package starts', () => {
  expect(run('npm', ['exec', '--', 'bedrock-simulator', '--help'])).toContain('--port')
})

test('an ES module and a CommonJS module type-check, including library types', () => {
  expect(run('node', ['node_modules/typescript/bin/tsc', '--project', '.'])).toBe('')
}, 60_000)

/** `name@version`, with the version that is installed in `folder` of this workspace. */
function sameVersion(folder: string, name: string): string {
  const manifest = readFileSync(join(root, folder, 'node_modules', name, 'package.json'), 'utf8')
  return `${name}@${JSON.parse(manifest).version}`
}

/** Runs a command in the project. Returns its trimmed stdout, or throws an error with its output. */
function run(command: 'node' | 'npm', args: string[]): string {
  // On Windows npm is a script, which only a shell can start.
  const shell = process.platform === 'win32' && command === 'npm'
  const { status, stdout, stderr } = spawnSync(
    command === 'node' ? process.execPath : command,
    shell ? args.map((argument) => `"${argument}"`) : args,
    { cwd: project, encoding: 'utf8', shell, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`)
  return stdout.trim()
}
