// Checks the size budgets in .size-limit.js, one check for each line.
import { basename } from 'node:path'
import { publishable } from './publishable.mjs'
import { run, tool } from './run.mjs'

export async function sizes() {
  const { stdout, output } = await run([...tool('size-limit'), '--json'])
  if (!stdout.startsWith('[')) return { status: 1, output }
  const entries = JSON.parse(stdout)
  const problems = [
    ...entries.filter(({ passed }) => !passed).map(tooBig),
    ...publishable
      .map(({ folder }) => basename(folder))
      .filter((folder) => !entries.some(({ name }) => name === folder))
      .map((folder) => `${folder} has no budget in .size-limit.js`),
  ]
  return {
    passed: entries.filter(({ passed }) => passed).length,
    failed: problems.length,
    output: problems.join('\n'),
  }
}

const tooBig = ({ name, size, sizeLimit }) =>
  size === undefined
    ? `${name}: the file is missing`
    : `${name}: ${size} bytes; at most ${sizeLimit} are allowed`
