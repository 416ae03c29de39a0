// The second half of `npm run demo`: starts the example on the built workspace, with the options given.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './pnpm.mjs'

const program = ['--import', 'tsx', join('src', 'main.ts')]
const { status } = spawnSync(process.execPath, [...program, ...process.argv.slice(2)], {
  cwd: join(root, 'examples', 'demo'),
  stdio: 'inherit',
})
process.exitCode = status ?? 1
