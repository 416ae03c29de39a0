import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { adapter, closeAdapter } from './adapter.ts'
import { type Comparison, measure } from './compare.ts'
import { primitives } from './primitives.ts'

const ROUNDS = 15
const parts: Record<string, Comparison> = { primitives, adapter }

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !(name in parts))
if (unknown !== undefined) {
  console.error(`No benchmark is called "${unknown}". There are: ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}

const lines = [
  `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}.`,
  `Medians of ${ROUNDS} rounds, all subjects in one process, in alternating order.`,
]
for (const [name, comparison] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  lines.push('', `## ${comparison.title}`, '', '| | µs a call | above the first |', '|---|---|---|')
  for (const { name, microseconds, above } of await measure(comparison, ROUNDS)) {
    lines.push(`| ${name} | ${microseconds.toFixed(3)} | ${above.toFixed(3)} |`)
  }
}
console.log(lines.join('\n'))
if (asked.length === 0) {
  const heading = '# Results\n\nWritten by `npm run bench`.\n'
  writeFileSync(new URL('../RESULTS.md', import.meta.url), `${heading}\n${lines.join('\n')}\n`)
}
await closeAdapter()
