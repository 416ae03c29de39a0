// One vitest project as a check. The numbers come from its report, not from what it prints.
import { readFileSync } from 'node:fs'
import { run, tool } from './run.mjs'

/** A crash, an unreadable report and a run without tests are failures too. */
export async function vitest(project, reportFile, env) {
  const { status, output } = await run(
    [
      ...[...tool('vitest'), 'run', '--project', project],
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
    ],
    env,
  )
  const { numPassedTests: passed, numFailedTests: failed } = read(reportFile)
  const broken = failed === 0 && (status !== 0 || passed === 0)
  return { output, passed, failed: broken ? 1 : failed }
}

function read(reportFile) {
  try {
    return JSON.parse(readFileSync(reportFile, 'utf8'))
  } catch {
    return { numPassedTests: 0, numFailedTests: 0 }
  }
}
