import { writeFileSync } from 'node:fs'
import { measure } from './compare.ts'
import { machine } from './machine.ts'
import { parts } from './parts/index.ts'
import { reportCheck, reportComparison } from './report.ts'

/** Odd, so that the median is a measured value. */
const ROUNDS = 31

const asked = process.argv.slice(2)
const unknown = asked.find((name) => !Object.hasOwn(parts, name))
if (unknown !== undefined) {
  console.error(`Unknown benchmark "${unknown}". Benchmarks: ${Object.keys(parts).join(', ')}`)
  process.exit(2)
}

const page: string[] = []
const say = (text: string): void => {
  page.push(text)
  console.log(`${text}\n`)
}

say(
  `${machine()}\nMedians of ${ROUNDS} rounds. All subjects of a table run in one process, in alternating order.`,
)
for (const [name, load] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  say(`## ${name}`)
  const part = await load()
  for (const comparison of part.comparisons) {
    say(reportComparison(comparison, await measure(comparison, ROUNDS)))
  }
  for (const make of part.tables ?? []) say(await make())
  for (const run of part.checks ?? []) {
    const check = await run()
    say(reportCheck(check))
    if (check.findings.some(({ holds }) => !holds)) process.exitCode = 1
  }
  await part.close?.()
}
if (asked.length === 0) {
  const heading = '# Results\n\nWritten by `npm run bench`.'
  writeFileSync(new URL('../RESULTS.md', import.meta.url), `${[heading, ...page].join('\n\n')}\n`)
}
// Some peers keep timers for jobs that never end.
process.exit()
