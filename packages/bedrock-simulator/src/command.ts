import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { checkScript } from './script/check-script.ts'
import type { RequestRecord } from './server/request-log.ts'
import type { Script, Simulator, SimulatorOptions } from './simulator.ts'
import { startSimulator } from './start-simulator.ts'

const USAGE = `bedrock-simulator: a local Amazon Bedrock Runtime that injects faults

  --port <number>      default 0: any free port
  --host <address>     default 127.0.0.1
  --script <file>      JSON: { "seed"?, "rules"?, "queue"?, "capacity"? }
  --seed <number>      for repeatable chance; wins over the script's
  --tls-key <file>     with --tls-cert: serve HTTPS
  --tls-cert <file>
  --quiet              do not print a line for each request
  --help
`

/** Where the command writes; lets tests read along. */
export interface Output {
  out(text: string): void
  err(text: string): void
}

/** Either the command has ended with a code for the shell, or it runs. */
export type Outcome = { readonly exitCode: number } | { readonly simulator: Simulator }

/** Runs the command with these arguments (without `node` and the script's own name). */
export async function runCommand(argv: readonly string[], output: Output): Promise<Outcome> {
  try {
    const values = parse(argv)
    if (values.help) {
      output.out(USAGE)
      return { exitCode: 0 }
    }
    const simulator = await startSimulator({
      ...options(values),
      ...(!values.quiet && { onRequest: (record) => output.out(line(record)) }),
    })
    output.out(howTo(simulator))
    return { simulator }
  } catch (error) {
    output.err(`bedrock-simulator: ${(error as Error).message}\n`)
    return { exitCode: 2 }
  }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  return parseArgs({
    args: [...argv],
    options: {
      port: text,
      host: text,
      script: text,
      seed: text,
      'tls-key': text,
      'tls-cert': text,
      quiet: flag,
      help: flag,
    },
  }).values
}

function options(values: ReturnType<typeof parse>): SimulatorOptions {
  const { 'tls-key': key, 'tls-cert': cert } = values
  if ((key === undefined) !== (cert === undefined)) {
    throw new TypeError('--tls-key and --tls-cert go together')
  }
  return {
    ...(values.script !== undefined && readScript(values.script)),
    ...(values.seed !== undefined && { seed: toNumber(values.seed, '--seed') }),
    ...(values.port !== undefined && { port: toNumber(values.port, '--port') }),
    ...(values.host !== undefined && { host: values.host }),
    ...(key && cert && { tls: { key: readFileSync(key), cert: readFileSync(cert) } }),
  }
}

function toNumber(text: string, name: string): number {
  if (!/^\d+$/.test(text)) throw new TypeError(`${name}: expected a whole number, got '${text}'`)
  return Number(text)
}

function readScript(file: string): Script {
  let script: unknown
  try {
    script = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new TypeError(`${file}: ${(error as Error).message}`)
  }
  try {
    checkScript(script, '')
  } catch (error) {
    throw new TypeError(`${file}: ${(error as Error).message}`)
  }
  return script as Script
}

function howTo({ url }: Simulator): string {
  return `Bedrock simulator on ${url}

Point a client at it by its environment:
  export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=${url}
  export AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=simulator AWS_SECRET_ACCESS_KEY=simulator
  unset AWS_BEARER_TOKEN_BEDROCK

or in code:
  new BedrockRuntimeClient({ endpoint: '${url}', region: 'us-east-1',
    credentials: { accessKeyId: 'simulator', secretAccessKey: 'simulator' } })

Look inside:
  curl ${url}/_simulator/requests

`
}

function line(record: RequestRecord): string {
  const ms = Math.round((record.finishedAt ?? record.startedAt) - record.startedAt)
  const how = record.closedEarly ? `${record.behaviour}, closed by the client` : record.behaviour
  return `${record.operation} ${record.model} ${record.status ?? '-'} ${how} ${ms} ms\n`
}
