import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { runCommand } from '../src/command.ts'
import type { Simulator } from '../src/index.ts'
import { client, converse, until } from './support.ts'

async function run(...argv: string[]) {
  const written = { out: '', err: '' }
  const outcome = await runCommand(argv, {
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
  })
  const simulator: Simulator | undefined = 'simulator' in outcome ? outcome.simulator : undefined
  onTestFinished(() => simulator?.close())
  return { written, simulator, exitCode: 'exitCode' in outcome ? outcome.exitCode : undefined }
}

function file(text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'simulator-')), 'faults.json')
  writeFileSync(path, text)
  return path
}

it('serves, tells how to point a client at it, and prints each request', async () => {
  const { written, simulator } = await run('--port', '0')
  if (!simulator) throw new Error(written.err)
  expect(written.out).toContain(`AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${simulator.url}`)
  await converse(client(simulator), 'm')
  await until(() => /^Converse m 200 reply \d+ ms$/m.test(written.out))
})

it('runs a script', async () => {
  const script = {
    seed: 4,
    queue: [{ type: 'error', error: 'ThrottlingException' }],
    capacity: { '*': { concurrent: 5 } },
  }
  const { simulator, written } = await run('--script', file(JSON.stringify(script)), '--quiet')
  if (!simulator) throw new Error(written.err)
  await expect(converse(client(simulator))).rejects.toMatchObject({ name: 'ThrottlingException' })
})

it.each([
  [['--script', file('{ "queue": [{ "type": "bang" }] }')], /queue\[0\]\.type: expected 'reply'/],
  [['--script', file('{')], /faults\.json: .*JSON/],
  [['--script', '/nowhere/faults.json'], /ENOENT/],
  [['--port', 'x'], /--port: expected a whole number, got 'x'/],
  [['--port', '70000'], /port: expected a whole number from 0 to 65535, got 70000/],
  [['--tls-key', 'k.pem'], /go together/],
  [['--what'], /--what/],
])('%j exits with 2 and says why', async (argv, message) => {
  const { exitCode, written } = await run(...argv)
  expect(exitCode).toBe(2)
  expect(written.err).toMatch(message)
})

it('explains itself', async () => {
  const { exitCode, written } = await run('--help')
  expect(exitCode).toBe(0)
  expect(written.out).toContain('--script')
})
