import { createToolLoopGuard } from '@holdfast/tool-loop-guard'
import { describe, expect, test } from 'vitest'
import { type Act, fails, heard, says, step, times } from '../src/testing.ts'

/** Plays a run with the defaults, and returns every verdict that is not `allow`, with its act's number. */
function play(acts: readonly (Act | readonly Act[])[]): string[] {
  const guard = createToolLoopGuard()
  return heard(acts.flatMap((act) => step(guard, ...(Array.isArray(act) ? act : [act as Act]))))
}

/** What ends a run or keeps a call from running; a warning does neither. */
const stops = (acts: readonly (Act | readonly Act[])[]): string[] =>
  play(acts).filter((verdict) => !verdict.includes('warn'))

const bash = (command: string, output: string): Act => says('bash', { command }, output)
const edit = (n: number): Act =>
  says(
    'edit_file',
    { path: `src/part-${n}.ts`, old: `a${n}`, new: `b${n}` },
    'The file was edited.',
  )

describe('healthy runs that an earlier version stopped', () => {
  test('the type checker passes in the same words after each of eight edits', () => {
    const acts = times(16, (n) => [edit(n), bash('tsc --noEmit', '')]).flat()
    expect(play(acts)).toEqual([])
  })

  test('git status says the same after each of ten commits', () => {
    const status = 'On branch main\nnothing to commit, working tree clean'
    const acts = times(10, (n) => [
      says('write_file', { path: `docs/${n}.md`, content: `Chapter ${n}` }, 'ok'),
      bash(`git add -A && git commit -m "Add chapter ${n}"`, `[main ${n}] Add chapter ${n}`),
      bash('git status', status),
    ])
    expect(play(acts.flat())).toEqual([])
  })

  test('each of twelve hosts answers a ping with "alive"', () => {
    expect(play(times(12, (n) => says('ping', { host: `db-${n}` }, 'alive')))).toEqual([])
  })

  test('an audit finds no vulnerability in any of fifteen packages', () => {
    const acts = times(15, (n) => says('audit', { package: `lib-${n}` }, 'found 0 vulnerabilities'))
    expect(play(acts)).toEqual([])
  })
})

describe('healthy runs of more than 25 steps', () => {
  test('a migration of 70 files, with a check after each', () => {
    const acts = times(70, (n) => [
      says('read_file', { path: `src/${n}.js` }, `module.exports = ${n}`),
      says('write_file', { path: `src/${n}.ts`, content: `export default ${n}` }, 'ok'),
    ])
    expect(play(acts.flat())).toEqual([])
  })

  test('a build that is polled 45 times', () => {
    const stages = ['resolving', 'compiling', 'linking', 'testing', 'packaging']
    const acts = times(45, (n) =>
      says('get_build', { id: 7 }, { state: 'running', stage: stages[Math.floor(n / 9)] }),
    )
    expect(play([...acts, says('get_build', { id: 7 }, { state: 'succeeded' })])).toEqual([])
  })

  test('120 tickets that are labeled one by one', () => {
    const acts = times(120, (n) => says('set_label', { ticket: n, label: `team-${n % 4}` }, 'ok'))
    expect(play(acts)).toEqual([])
  })

  test('60 files that are read, and each has a finding written down', () => {
    const acts = times(60, (n) => [
      says('read_file', { path: `lib/${n}.py` }, `def f${n}(): pass`),
      says('add_finding', { file: n, severity: 'low' }, { added: true }),
    ])
    expect(play(acts.flat())).toEqual([])
  })

  test('a compiler whose 60 errors go away one by one', () => {
    const acts = times(60, (n) => [edit(n), bash('cargo check', `${60 - n} errors in src/lib.rs`)])
    expect(play(acts.flat().slice(0, 119))).toEqual([])
  })

  test('research of 80 steps, in which every third search finds nothing', () => {
    const acts = times(80, (n) =>
      n % 3 === 0
        ? says('search', { query: `subject ${n}` }, [])
        : says('fetch', { url: `https://example.com/${n}` }, `What page ${n} says of the subject.`),
    )
    expect(play(acts)).toEqual([])
  })

  test('100 pages of a list', () => {
    const acts = times(100, (page) => says('list', { page }, { items: [page * 2, page * 2 + 1] }))
    expect(play(acts)).toEqual([])
  })

  test('45 deployments, each followed by a health check with the same answer', () => {
    const acts = times(45, (n) => [
      bash(`kubectl rollout restart deployment/app-${n}`, `deployment.apps/app-${n} restarted`),
      bash('curl -s https://example.com/health', '{"status":"ok"}'),
    ])
    expect(play(acts.flat())).toEqual([])
  })
})

describe('loops', () => {
  test('a button is clicked again and again, and only ids and the clock of the page change', () => {
    const revision = (n: number) => (0x8f3a + 977 * n).toString(16)
    const acts = times(20, (n) =>
      says(
        'browser_click',
        { selector: '#load-more' },
        `<main data-rev="${revision(n)}"><h1>Orders</h1><button id="load-more">More</button><time>12:03:${String(7 + n).padStart(2, '0')}</time></main>`,
      ),
    )
    // One more than five: what means nothing is left out of a result only once there are two to compare.
    expect(stops(acts)[0]).toBe('6: block same-result')
  })

  test('a command is run for ever with the same answer', () => {
    const acts = times(60, () => bash('npm run build', 'Build finished.'))
    expect(stops(acts)[0]).toBe('5: block same-result')
  })

  test('searches are reworded for ever, and none finds anything', () => {
    const acts = times(60, (n) => says('search', { query: `wording ${n}` }, 'No results found.'))
    expect(stops(acts)[0]).toBe('14: block same-answer')
  })

  test('an edit and its opposite take turns', () => {
    const swap = (from: string, to: string) =>
      says('edit_file', { path: 'a.ts', old: from, new: to }, 'The file was edited.')
    const acts = times(30, () => [swap('1', '2'), bash('npm test', '1 failed'), swap('2', '1')])
    expect(Number.parseInt(stops(acts.flat())[0] ?? '', 10)).toBeLessThanOrEqual(9)
  })

  test('ever other edits leave the same test failing', () => {
    const acts = times(60, (n) => [edit(n), bash('npm test', 'FAIL sum.test.ts: expected 3')])
    expect(stops(acts.flat())[0]).toBe('32: block failing-check')
  })

  test('a check is repeated for ever with unrelated reading between', () => {
    const acts = times(60, (n) => [
      bash('npm test', '3 passed'),
      says('read_file', { path: `src/${n}.ts` }, `export const n = ${n}`),
    ])
    expect(stops(acts.flat())[0]).toBe('15: block frequent')
  })

  test('25 steps without progress end a run though no two of them are alike', () => {
    const word = (n: number) => String.fromCharCode(97 + (n % 26)).repeat(3 + (n % 5))
    const acts = times(60, (n) => fails(`tool_${n % 7}`, { n }, new Error(`${word(n)} went wrong`)))
    expect(stops(acts)[0]).toBe('26: finish no-progress')
  })

  test('a job that says for ever that it is pending is asked 29 times', () => {
    const acts = times(60, () => says('get_job', { id: 1 }, { state: 'PENDING' }))
    expect(play(acts).slice(0, 2)).toEqual(['15: warn same-result', '30: block same-result'])
  })
})
