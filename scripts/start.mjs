// The second half of `npm run demo`, `npm run bench`, and similar commands. Runs a program, or the `src/main.ts` of a folder, on
// the built workspace, with the options from the command line.
import { spawnSync } from 'node:child_process'
import { basename, dirname, join } from 'node:path'
import { root } from './pnpm.mjs'

const [asked, ...options] = process.argv.slice(2)
const isProgram = asked.endsWith('.ts')
const program = isProgram ? basename(asked) : join('src', 'main.ts')
const { status } = spawnSync(process.execPath, ['--import', 'tsx', program, ...options], {
  cwd: join(root, isProgram ? dirname(asked) : asked),
  stdio: 'inherit',
})
process.exitCode = status ?? 1
