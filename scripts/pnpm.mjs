// Runs pnpm at the version that package.json pins, through npx, so that nothing is installed globally.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/**
 * Runs `pnpm <args>` in the root. Its output goes to stderr, so that stdout contains only the caller's output.
 * @param {readonly string[]} args
 */
export function pnpm(args) {
  // On Windows npx is a script, which only a shell can start. A shell splits at spaces, so arguments need quotes.
  const shell = process.platform === 'win32'
  const quoted = shell ? args.map((argument) => `"${argument}"`) : args
  const { status } = spawnSync('npx', ['--yes', packageManager, ...quoted], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell,
  })
  if (status !== 0) process.exit(status ?? 1)
}
