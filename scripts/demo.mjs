// The second half of `npm run demo`: starts the example on the built workspace.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { root } from './pnpm.mjs'

const { status } = spawnSync(process.execPath, ['--import', 'tsx', join('src', 'main.ts')], {
  cwd: join(root, 'examples', 'demo'),
  stdio: 'inherit',
})
process.exitCode = status ?? 1
