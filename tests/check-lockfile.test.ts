import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
const directory = mkdtempSync(join(tmpdir(), 'holdfast-lockfile-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('a complete lockfile passes', () => {
  expect(check(lockfile)).toMatchObject({ status: 0, stderr: '' })
})

test.each([
  ['@biomejs/cli-*', 'darwin-arm64'],
  ['@esbuild/*', 'win32-x64'],
  ['@pnpm/exe.*', 'linux-x64'],
  ['@rollup/rollup-*', 'linux-arm64'],
])('names a missing binary: %s without %s', (family, platform) => {
  const name = family.replace('*', platform)
  const entry = new RegExp(`^ {2}'${name}(?!-musl)[^@]*@[^:]+:\n( {4}.*\n)+`, 'gm')
  const { status, stderr } = check(lockfile.replace(entry, ''))
  expect(status).toBe(1)
  expect(stderr).toContain(`${family}@`)
  expect(stderr).toContain(`has no ${platform}`)
})

test('fails for a lockfile without any native package, because the check may no longer understand the format', () => {
  expect(check('lockfileVersion: 10').status).toBe(1)
})

function check(text: string): { status: number | null; stderr: string } {
  const file = join(directory, 'pnpm-lock.yaml')
  writeFileSync(file, text)
  const script = join(root, 'scripts', 'check-lockfile.mjs')
  return spawnSync(process.execPath, [script, file], { encoding: 'utf8' })
}
