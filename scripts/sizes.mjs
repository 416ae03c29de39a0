// The budgets of .size-limit.js, each line a check of its own.
import { basename } from 'node:path'
import { publishable } from './publishable.mjs'
import { run, tool } from './run.mjs'

export async function sizes() {
  const { stdout, output } = await run([...tool('size-limit'), '--json'])
  const entries = JSON.parse(stdout.slice(stdout.indexOf('[')))
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
    output: `${output}\n${problems.join('\n')}`,
  }
}

const tooBig = ({ name, size, sizeLimit }) =>
  `${name}: ${size ?? 'no'} bytes, and ${sizeLimit} are allowed`
