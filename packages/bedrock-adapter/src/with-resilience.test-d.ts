import {
  BedrockRuntime,
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamCommandOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { describe, expectTypeOf, it } from 'vitest'
import { resilientInvoke, withResilience } from './with-resilience.ts'

const input = { modelId: 'a', messages: [] }

describe('types', () => {
  it('are those of the client that is wrapped', () => {
    const client = withResilience(new BedrockRuntimeClient({}))
    expectTypeOf(client).toEqualTypeOf<BedrockRuntimeClient>()
    expectTypeOf(
      client.send(new ConverseCommand(input)),
    ).resolves.toEqualTypeOf<ConverseCommandOutput>()
    expectTypeOf(withResilience(new BedrockRuntime({}))).toEqualTypeOf<BedrockRuntime>()
  })

  it('follow the command in a single call', () => {
    const client = new BedrockRuntimeClient({})
    expectTypeOf(
      resilientInvoke(client, new ConverseCommand(input)),
    ).resolves.toEqualTypeOf<ConverseCommandOutput>()
    expectTypeOf(
      resilientInvoke(client, new ConverseStreamCommand(input), {
        abortSignal: new AbortController().signal,
      }),
    ).resolves.toEqualTypeOf<ConverseStreamCommandOutput>()
  })

  it('refuse options that do not exist', () => {
    // @ts-expect-error: it is called `models`
    withResilience(new BedrockRuntimeClient({}), { model: ['a'] })
    // @ts-expect-error: durations are in milliseconds
    withResilience(new BedrockRuntimeClient({}), { limiter: { queueTimeout: 1 } })
    // @ts-expect-error: not a client
    withResilience({})
  })
})
