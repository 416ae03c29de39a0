// Checks that the lockfile has the binaries of every native tool for all platforms in `needed`. A binary can be missing if the
// registry did not have it yet when the lockfile was written. Then a frozen install fails on that platform only.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pnpm.mjs'

const needed = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-x64']

const lockfile = readFileSync(process.argv[2] ?? join(root, 'pnpm-lock.yaml'), 'utf8')
const entry = /^ {2}'?(?<name>@?[^@'\n]+)@(?<version>[^'\n]+?)'?:\n(?<body>(?: {4}.*\n)+)/gm

/** Maps each family (package name without its platform, plus version) to its platforms. */
const families = new Map()
for (const { groups } of lockfile.matchAll(entry)) {
  const cpus = list(groups.body, 'cpu')
  const systems = list(groups.body, 'os')
  // A package with `os` but no `cpu` is for one system (fsevents), and not one binary of a family.
  if (cpus.length === 0 || systems.length === 0) continue
  // Only the glibc build counts for Linux. The musl build is optional.
  if (list(groups.body, 'libc').join() === 'musl') continue
  for (const os of systems) {
    const family = `${groups.name.slice(0, platformStart(groups.name, os))}*@${groups.version}`
    if (!families.has(family)) families.set(family, new Set())
    for (const cpu of cpus) families.get(family).add(`${os}-${cpu}`)
  }
}

let gaps = 0
for (const [family, platforms] of families) {
  const missing = needed.filter((platform) => !platforms.has(platform))
  if (missing.length === 0) continue
  gaps += 1
  console.error(
    `${family} has no ${missing.join(', ')}: pin a version that has it under overrides in pnpm-workspace.yaml`,
  )
}
if (families.size === 0)
  console.error('pnpm-lock.yaml: no native package found; check the pattern in this script')
if (gaps > 0 || families.size === 0) process.exit(1)
console.log(`${families.size} native families, each with ${needed.join(', ')}`)

function list(body, key) {
  const found = body.match(new RegExp(`^ {4}${key}: \\[(.*)\\]$`, 'm'))
  return found ? found[1].split(',').map((item) => item.trim()) : []
}

function platformStart(name, os) {
  const spellings = { darwin: /darwin|macos|osx/, win32: /win/ }
  const at = name.search(spellings[os] ?? os)
  return at === -1 ? name.length : at
}
