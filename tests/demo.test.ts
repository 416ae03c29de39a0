import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PRIMARY = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const NEXT = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'

/** Runs the demo on the packages' sources, so that it needs no build. */
function demo(...options: string[]) {
  const main = join('examples', 'demo', 'src', 'main.ts')
  const tsx = join('examples', 'demo', 'node_modules', 'tsx', 'dist', 'loader.mjs')
  const conditions = ['--conditions=@holdfast/source', '--import', `./${tsx.replaceAll('\\', '/')}`]
  return spawnSync(process.execPath, [...conditions, main, ...options], { encoding: 'utf8' })
}

describe('the demo', () => {
  it('prints a JSON object for each scenario, and all come out as stated', () => {
    const { stdout, status, stderr } = demo('--json')
    const results = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(results.filter((result) => !result.passed)).toEqual([])
    expect(
      results.map(({ name, modelUsed, httpRequests }) => [name, modelUsed, httpRequests]),
    ).toEqual([
      ['calm', PRIMARY, 1],
      ['throttled', PRIMARY, 3],
      ['fallback', NEXT, 5],
      ['circuit', PRIMARY, 29],
      ['overload', PRIMARY, 25],
      ['cut-stream', PRIMARY, 1],
      ['validation', null, 1],
    ])
    expect(results.every(({ outcome, events }) => outcome && events.length > 0)).toBe(true)
    expect(status, stderr).toBe(0)
  })

  it.each([[['--speed', 'fast']], [['--endpoint', 'mars']], [['--what']]])(
    'refuses %j and says what is allowed',
    (options) => {
      const { stderr, status } = demo(...options)
      expect(stderr).toContain(options[0])
      expect(stderr).toContain('Usage: npm run demo')
      expect(status).toBe(2)
    },
  )
})
