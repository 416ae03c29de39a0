import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { startSimulator } from '@holdfast/bedrock-simulator'
import { describe, expect, it } from 'vitest'

const PRIMARY = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const NEXT = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'
const folder = join(import.meta.dirname, '..')

/** Runs the demo from the packages' sources, so that it needs no build. */
async function demo(options: readonly string[], env: Record<string, string> = {}) {
  const tsx = pathToFileURL(join(folder, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href
  const program = ['--conditions=@holdfast/source', '--import', tsx, join('src', 'main.ts')]
  const child = spawn(process.execPath, [...program, ...options], {
    cwd: folder,
    env: { ...process.env, ...env },
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { stdout, stderr, status: await ended }
}

const parse = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('the demo', () => {
  it('prints one JSON object per scenario, and every scenario passes', async () => {
    const { stdout, stderr, status } = await demo(['--json'])
    const results = parse(stdout)
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

  it('prints a transcript of the events, with a table at the end', async () => {
    const { stdout, status } = await demo([])
    expect(stdout).toMatch(/attempt 2 failed \(throttle\); waiting [12]\d{3} ms/)
    expect(stdout).not.toMatch(/^ +\S+ +created/m)
    expect(stdout).toMatch(/validation +passed +1 +– +ValidationException\n$/)
    expect(status).toBe(0)
  })

  it('makes one call with the AWS account in the environment', async () => {
    await using simulator = await startSimulator()
    const account = {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: simulator.url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    }
    const { stdout, status } = await demo(
      ['--endpoint', 'aws', '--model', 'us.amazon.nova-lite-v1:0', '--json'],
      account,
    )
    expect(parse(stdout)).toMatchObject([
      { name: 'calm', passed: true, modelUsed: 'us.amazon.nova-lite-v1:0', httpRequests: 1 },
    ])
    expect(simulator.requests.map(({ model }) => model)).toEqual(['us.amazon.nova-lite-v1:0'])
    expect(status).toBe(0)

    simulator.addRule({ behaviour: { type: 'error', error: 'AccessDeniedException' } })
    const denied = await demo(['--endpoint', 'aws', '--json'], account)
    expect(parse(denied.stdout)).toMatchObject([
      { passed: false, outcome: expect.stringMatching(/AccessDenied|All candidates/) },
    ])
    expect(denied.status).toBe(1)
  })

  it.each([[['--speed', 'fast']], [['--endpoint', 'mars']], [['--what']]])(
    'rejects %j and says what is allowed',
    async (options) => {
      const { stderr, status } = await demo(options)
      expect(stderr).toContain(options[0])
      expect(stderr).toContain('Usage: npm run demo')
      expect(status).toBe(2)
    },
  )
})
