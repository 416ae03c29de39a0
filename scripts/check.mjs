// The second half of `npm test`, on a built workspace: every check to its end, then the total.
// N counts each test, each size budget, and each other check (of each package) as one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageChecks } from './package-checks.mjs'
import { run, tool } from './run.mjs'
import { sizes } from './sizes.mjs'
import { vitest } from './vitest.mjs'

const total = { passed: 0, failed: 0 }
const directory = mkdtempSync(join(tmpdir(), 'holdfast-check-'))
try {
  await runAll(directory)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
process.exitCode = total.failed === 0 ? 0 : 1
console.log(`${total.passed} passed, ${total.failed} failed`)

/** Two lanes, for machines with two cores: the tests in one, the rest in the other. */
async function runAll(directory) {
  const node = (script, ...args) => run([process.execPath, join('scripts', script), ...args])
  const tests = (project) => ({
    name: `${project} tests`,
    work: () =>
      vitest(project, join(directory, `${project}.json`), { HOLDFAST_TARBALLS: directory }),
  })

  await runCheck({ name: 'pack', work: () => node('pack.mjs', directory) })
  await Promise.all([
    runInTurn([tests('unit'), tests('integration')]),
    runInTurn([
      { name: 'type-check', work: () => run([...tool('typescript', 'tsc'), '--noEmit']) },
      { name: 'lint', work: () => run([...tool('@biomejs/biome', 'biome'), 'check', '.']) },
      { name: 'prose', work: () => node('check-prose.mjs') },
      { name: 'unused code', work: () => run(tool('knip')) },
      { name: 'lockfile', work: () => node('check-lockfile.mjs') },
      { name: 'size', work: sizes },
      ...packageChecks(directory),
    ]),
  ])
}

async function runInTurn(checks) {
  for (const check of checks) await runCheck(check)
}

/** Runs one check, adds it to the total and says how it went, with its output when it failed. */
async function runCheck({ name, work }) {
  const start = performance.now()
  const { passed, failed, output } = tally(await attempt(work))
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  total.passed += passed
  total.failed += failed

  const count = passed + failed > 1 ? `: ${passed} passed, ${failed} failed` : ''
  if (failed > 0) console.log(`\n${output.trim()}`)
  // What could not be tested here must not look as if it had been.
  else for (const [line] of output.matchAll(/^SKIPPED: .+$/gm)) console.log(line)
  console.log(`${failed === 0 ? '✓' : '✗'} ${name}${count} (${seconds} s)`)
}

async function attempt(work) {
  try {
    return await work()
  } catch (error) {
    return { status: 1, output: error.stack }
  }
}

/** A check that counts nothing itself is one, passed when its exit code was 0. */
function tally({ status, passed = Number(status === 0), failed = Number(status !== 0), output }) {
  return { passed, failed, output }
}
