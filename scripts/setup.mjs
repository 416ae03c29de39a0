// From a fresh clone to a built workspace; quick when nothing has changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pnpm, root } from './pnpm.mjs'

const packages = foldersIn('packages')
const workspaces = ['.', ...packages, ...foldersIn('examples'), 'benchmarks', 'simulations']
const manifests = [
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...workspaces.map((folder) => join(folder, 'package.json')).filter(exists),
]
const sources = packages.flatMap((folder) =>
  readdirSync(join(root, folder, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test(-d)?\.ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
)
const builds = packages.filter((folder) => 'build' in (manifest(folder).scripts ?? {}))

step('install', manifests, ['node_modules'], () => {
  pnpm(['install', '--frozen-lockfile'])
})
step(
  'build',
  [...manifests, 'tsup.config.ts', 'tsconfig.base.json', ...sources],
  builds.map((folder) => join(folder, 'dist', 'index.d.ts')),
  () => pnpm(['--recursive', 'run', 'build']),
)

/** Runs `work`, unless its products are there and it ended well with the same inputs and Node. */
function step(name, inputs, products, work) {
  const hash = createHash('sha256').update(process.version)
  for (const file of inputs.toSorted()) hash.update(file).update(readFileSync(join(root, file)))
  const stamp = join(root, 'node_modules', '.holdfast', name)
  const digest = hash.digest('hex')
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === digest
  if (done && products.every(exists)) return
  work()
  mkdirSync(join(stamp, '..'), { recursive: true })
  writeFileSync(stamp, digest)
}

function foldersIn(folder) {
  return readdirSync(join(root, folder))
    .map((name) => join(folder, name))
    .filter((path) => exists(join(path, 'package.json')))
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
}

function exists(path) {
  return existsSync(join(root, path))
}
