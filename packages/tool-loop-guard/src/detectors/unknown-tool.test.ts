import { describe, expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { fails, heard, row, says, times } from '../testing.ts'

const guess = (tool: string) => fails(tool, {}, new Error(`Unknown tool: ${tool}. There are: read`))
const limits = { sameError: { warn: 99, block: 99 } }

describe('where the tools are known', () => {
  test('ever other names: a warning with the second, no run of the third', () => {
    const guard = createToolLoopGuard({ knownTools: ['read'] })
    const verdicts = row(guard, guess('a'), guess('b'), guess('c'))
    expect(heard(verdicts)).toEqual(['2: warn unknown-tool', '3: block unknown-tool'])
  })

  test('a known tool between ends the row of other names', () => {
    const guard = createToolLoopGuard({ knownTools: ['read'] })
    const acts = times(8, (n) => (n % 2 ? says('read', { n }, `text ${n}`) : guess(`tool${n}`)))
    expect(heard(row(guard, ...acts))).toEqual([])
  })

  test('but the same name is counted through it', () => {
    const guard = createToolLoopGuard({ knownTools: ['read'], limits })
    const acts = times(5, (n) => (n % 2 ? says('read', { n }, `text ${n}`) : guess('a')))
    expect(heard(row(guard, ...acts))).toEqual(['3: warn unknown-tool', '5: block unknown-tool'])
  })

  test('in a row of other names there is one warning', () => {
    const guard = createToolLoopGuard({ knownTools: [], mode: 'warn' })
    expect(heard(row(guard, ...times(9, (n) => guess(`t${n}`))))).toEqual(['2: warn unknown-tool'])
  })
})

describe('where they are not', () => {
  test.each([
    (tool: string) => `Unknown tool: ${tool}`,
    (tool: string) => `No such tool available: ${tool}`,
    (tool: string) => `Tool '${tool}' not found`,
    (tool: string) => `Error: ${tool} is not a valid tool, try one of [read]`,
    (tool: string) => `The function "${tool}" does not exist`,
  ])('errors tell: %s', (message) => {
    const guard = createToolLoopGuard({ limits })
    const acts = times(3, (n) => fails('guess', { n }, new Error(message('guess'))))
    expect(heard(row(guard, ...acts))).toContain('3: block unknown-tool')
  })

  test('a call that was blocked is counted', () => {
    const guard = createToolLoopGuard({ limits })
    const verdicts = row(guard, ...times(4, () => guess('a')))
    expect(verdicts[3]).toMatchObject({ action: 'block', evidence: { count: 4 } })
  })

  test('a new name may be the right one at last', () => {
    const guard = createToolLoopGuard()
    expect(heard(row(guard, guess('a'), guess('b'), says('read', {}, 'text')))).toEqual([])
  })

  test('what a tool looked for and did not find is no tool', () => {
    const guard = createToolLoopGuard()
    const acts = times(6, (n) =>
      fails('go_to', { symbol: `f${n}` }, new Error(`Function "f${n}" not found in module ${n}`)),
    )
    expect(heard(row(guard, ...acts)).filter((text) => text.includes('unknown-tool'))).toEqual([])
  })
})
