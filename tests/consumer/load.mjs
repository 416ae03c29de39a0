// Loads every entry of every Holdfast package in this project, and checks that `import` and `require()` return the same copy.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { posix } from 'node:path'

const require = createRequire(import.meta.url)
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const names = Object.keys(dependencies).filter((name) => name.startsWith('@holdfast/'))

for (const name of names) {
  for (const entry of Object.keys(require(`${name}/package.json`).exports)) {
    await load(posix.join(name, entry))
  }
}
console.log(`${names.length} packages loaded`)

async function load(name) {
  if (name.endsWith('.json')) return require(name)
  const namespace = await import(name)
  if (Object.keys(namespace).length === 0) throw new Error(`${name} exports nothing`)
  if (process.features.require_module && require(name) !== namespace) {
    throw new Error(`${name} has another copy for require()`)
  }
}
