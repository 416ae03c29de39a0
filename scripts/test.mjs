// `npm test`: sets up the workspace, then runs all checks. The last line is always `N passed, N failed`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const setup = join(import.meta.dirname, 'setup.mjs')
const { status } = spawnSync(process.execPath, [setup], { stdio: ['ignore', 'inherit', 'inherit'] })
if (status === 0) {
  await import('./check.mjs')
} else {
  process.exitCode = 1
  console.log('0 passed, 1 failed')
}
