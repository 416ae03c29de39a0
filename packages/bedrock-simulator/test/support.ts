import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
  ConverseCommand,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { onTestFinished } from 'vitest'
import { type Simulator, type SimulatorOptions, startSimulator } from '../src/index.ts'

// A developer's own token would win over the simulator's keys.
delete process.env['AWS_BEARER_TOKEN_BEDROCK']

/** The SDK's default handler speaks HTTP/2, `NodeHttpHandler` HTTP/1.1. */
export const versions = ['2.0', '1.1'] as const
export type Version = (typeof versions)[number]

export const CLAUDE = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
export const NOVA = 'us.amazon.nova-lite-v1:0'
export const messages: { role: 'user'; content: { text: string }[] }[] = [
  { role: 'user', content: [{ text: 'Hello there, how are you today?' }] },
]

/** A simulator that ends with the test. */
export async function simulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const started = await startSimulator(options)
  onTestFinished(() => started.close())
  return started
}

/** A real client, with one attempt a call so that a test sees what the server did. */
export function client(
  { clientConfig }: Simulator,
  version: Version = '2.0',
  config: BedrockRuntimeClientConfig = {},
): BedrockRuntimeClient {
  const made = new BedrockRuntimeClient({
    ...clientConfig,
    maxAttempts: 1,
    ...(version === '1.1' && { requestHandler: new NodeHttpHandler() }),
    ...config,
  })
  onTestFinished(() => made.destroy())
  return made
}

export function converse(
  from: BedrockRuntimeClient,
  modelId: string = CLAUDE,
  signal?: AbortSignal,
): Promise<ConverseCommandOutput> {
  return from.send(new ConverseCommand({ modelId, messages }), {
    ...(signal && { abortSignal: signal }),
  })
}

/** All events of a stream and how it ended: with an error, or without. */
export async function stream(
  from: BedrockRuntimeClient,
  signal?: AbortSignal,
  onEvent: (count: number) => void = () => {},
): Promise<{ events: string[]; outputs: ConverseStreamOutput[]; error?: Error }> {
  const outputs: ConverseStreamOutput[] = []
  const names = () => outputs.map((event) => Object.keys(event)[0] as string)
  try {
    const { stream: source } = await from.send(
      new ConverseStreamCommand({ modelId: CLAUDE, messages }),
      { ...(signal && { abortSignal: signal }) },
    )
    for await (const event of source ?? []) {
      outputs.push(event)
      onEvent(outputs.length)
    }
  } catch (error) {
    return { events: names(), outputs, error: error as Error }
  }
  return { events: names(), outputs }
}

/** The events of an unscripted answer, in their order. */
export const wholeStream: readonly string[] = [
  'messageStart',
  ...Array.from({ length: 5 }, () => 'contentBlockDelta'),
  'contentBlockStop',
  'messageStop',
  'metadata',
]

/** Resolves as soon as `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}
