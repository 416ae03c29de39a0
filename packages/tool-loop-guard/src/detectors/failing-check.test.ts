import { expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { type Act, fails, heard, row, says, times } from '../testing.ts'

const edit = (n: number) =>
  says('edit_file', { path: 'a.ts', old: `a${n}`, new: `b${n}` }, 'Edited')
const afterEdits = (count: number, check: (n: number) => Act) =>
  times(count, (n) => [edit(n), check(n)]).flat()
const heardOf = (acts: readonly Act[]) => heard(row(createToolLoopGuard(), ...acts))

test.each<[string, () => Act]>([
  ['an error', () => fails('run_tests', {}, new Error('exit code 1: expected 3 to be 4'))],
  ['an output that says so', () => says('bash', { command: 'npm test' }, 'FAIL a.test.ts')],
  [
    'a long output that says so',
    () => says('bash', { command: 'make' }, `${'cc -c a.c\n'.repeat(90)}a.c:3: error: no kelp`),
  ],
])(
  'a check that fails in the same way after each edit, by %s, is a loop in the end',
  (_, check) => {
    expect(heardOf(afterEdits(16, check))).toEqual([
      '20: warn failing-check',
      '32: block failing-check',
    ])
  },
)

test('one that fails in another way goes on', () => {
  const words = times(40, (n) => 'abcdefghijklmnopqrstuvwxyz'.slice(n % 20, (n % 20) + 6))
  const check = (n: number) => fails('run_tests', {}, new Error(`${words[n]} is not defined`))
  expect(heardOf(afterEdits(19, check))).toEqual([])
})

test.each(['3 passed, 0 failed', 'no errors', '0 errors, 0 warnings', 'found 0 vulnerabilities'])(
  'one that passes is no loop, however often: %s',
  (passes) => {
    const acts = afterEdits(45, () => says('bash', { command: 'npm test' }, passes))
    expect(heardOf(acts)).toEqual([])
  },
)

test('one that passes between begins anew', () => {
  const acts = afterEdits(40, (n) =>
    says('bash', { command: 'npm test' }, n % 8 === 7 ? '4 passed' : '1 failed'),
  )
  expect(heardOf(acts)).toEqual([])
})
