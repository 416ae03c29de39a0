// From a fresh clone to a built workspace; quick when nothing has changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm, root } from './pnpm.mjs'

const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name))
const manifests = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml']
const sources = packages.flatMap((folder) =>
  readdirSync(join(root, folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
)

step('install', [...manifests, ...packages.map((folder) => join(folder, 'package.json'))], () => {
  pnpm(['install', '--frozen-lockfile'])
})
step('build', [...manifests, 'tsup.config.ts', 'tsconfig.base.json', ...sources], () => {
  pnpm(['run', 'build'])
})

/** Runs `work` unless it ended well before with the same files and the same Node. */
function step(name, files, work) {
  const hash = createHash('sha256').update(process.version)
  for (const file of files.toSorted()) hash.update(file).update(readFileSync(join(root, file)))
  const stamp = join(root, 'node_modules', '.holdfast', name)
  const digest = hash.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  work()
  mkdirSync(join(stamp, '..'), { recursive: true })
  writeFileSync(stamp, digest)
}
