import { setTimeout } from 'node:timers/promises'
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import type { Simulator } from '@holdfast/bedrock-simulator'
import { constant } from '@holdfast/retry'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import type { ResilienceOptions } from '../src/index.ts'

// A bearer token in the environment would win over the simulator's credentials.
delete process.env['AWS_BEARER_TOKEN_BEDROCK']

/** The SDK's default, which takes a connection a request; the other version; and HTTP/2 with its sessions pooled. */
export type Http = 'h2' | 'h1' | 'pooled h2'
export const HTTP: readonly ('h2' | 'h1')[] = ['h2', 'h1']

export const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
export const NEXT = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'

/** A plain client of the SDK with its own retry, speaking one version of HTTP. */
export function createClient(
  simulator: Pick<Simulator, 'clientConfig'>,
  http: Http,
): BedrockRuntimeClient {
  const handlers = {
    h2: {},
    h1: { requestHandler: new NodeHttpHandler() },
    // Any options of one's own make the SDK pool.
    'pooled h2': { requestHandler: {} },
  }
  return new BedrockRuntimeClient({ ...simulator.clientConfig, ...handlers[http] })
}

/** Layers that retry once without a wait, then go to the next model. */
export const QUICK: ResilienceOptions = {
  models: [MODEL, NEXT],
  retry: { retries: 1, backoff: constant(0) },
}

const messages = [{ role: 'user' as const, content: [{ text: 'Say something.' }] }]
const body = JSON.stringify({
  anthropic_version: 'bedrock-2023-05-31',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Say something.' }],
})

/** What each operation is asked, and how its answer is read to the end. */
export const ask = {
  async Converse(client: BedrockRuntimeClient, options: object = {}): Promise<unknown> {
    const output = await client.send(new ConverseCommand({ modelId: MODEL, messages }), options)
    return output.output
  },
  async InvokeModel(client: BedrockRuntimeClient, options: object = {}): Promise<unknown> {
    const output = await client.send(new InvokeModelCommand({ modelId: MODEL, body }), options)
    return output.body
  },
  async ConverseStream(client: BedrockRuntimeClient, options: object = {}): Promise<unknown> {
    const command = new ConverseStreamCommand({ modelId: MODEL, messages })
    return await readAll((await client.send(command, options)).stream)
  },
  async InvokeModelWithResponseStream(
    client: BedrockRuntimeClient,
    options: object = {},
  ): Promise<unknown> {
    const command = new InvokeModelWithResponseStreamCommand({ modelId: MODEL, body })
    return await readAll((await client.send(command, options)).body)
  },
}
export type Operation = keyof typeof ask

async function readAll(stream: AsyncIterable<unknown> | undefined) {
  const events: unknown[] = []
  for await (const event of stream ?? []) events.push(event)
  return events
}

/** How a call ended, in a word: `ok`, or the error's name, code and status. */
export async function ending(answer: Promise<unknown>): Promise<string> {
  try {
    const value = await answer
    return value === undefined ? 'ok: undefined' : 'ok'
  } catch (thrown) {
    const error = thrown as Error & { code?: string; $metadata?: { httpStatusCode?: number } }
    return [error.name, error.code, error.$metadata?.httpStatusCode].filter(Boolean).join(' ')
  }
}

/** Ends as the answer does, or as `hangs` when that takes longer than anybody would wait. */
export function orHangs(answer: Promise<string>, patienceMs: number): Promise<string> {
  return Promise.race([answer, setTimeout(patienceMs, 'hangs', { ref: false })])
}
