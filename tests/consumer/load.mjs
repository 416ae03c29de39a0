// Every package of ours that this project has loads, and there is one copy of it, however it is loaded.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const names = Object.keys(dependencies).filter((name) => name.startsWith('@holdfast/'))

for (const name of names) {
  const namespace = await import(name)
  if (Object.keys(namespace).length === 0) throw new Error(`${name} exports nothing`)
  if (process.features.require_module && require(name) !== namespace) {
    throw new Error(`${name} has another copy for require()`)
  }
}
console.log(`${names.length} packages loaded`)
