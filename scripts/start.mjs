// The second half of `npm run demo` and `npm run bench`: runs a folder's `src/main.ts` on the built workspace, with the
// options given.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './pnpm.mjs'

const [folder, ...options] = process.argv.slice(2)
const program = ['--import', 'tsx', join('src', 'main.ts'), ...options]
const { status } = spawnSync(process.execPath, program, {
  cwd: join(root, folder),
  stdio: 'inherit',
})
process.exitCode = status ?? 1
