import { BedrockRuntimeClient, type Message } from '@aws-sdk/client-bedrock-runtime'
import { createToolLoopGuard } from '@holdfast/tool-loop-guard'
import { describe, expectTypeOf, it } from 'vitest'
import { withResilience } from '../with-resilience.ts'
import { runToolLoop } from './run-tool-loop.ts'
import { streamToolLoop } from './stream-tool-loop.ts'
import type { ToolDefinition } from './tool-definition.ts'
import type { ToolLoopEvent } from './tool-loop-events.ts'
import type { ToolLoopResult } from './tool-loop-result.ts'

const client = new BedrockRuntimeClient({})
const input = { modelId: 'a', messages: [] as Message[] }
const inputSchema = { type: 'object', properties: { city: { type: 'string' } } }

describe('types', () => {
  it('let each tool name the type of its input', () => {
    const weather = { inputSchema, run: ({ city }: { city: string }) => city.length }
    const time: ToolDefinition<{ zone: string }> = { inputSchema, run: ({ zone }) => zone }
    const tools = { weather, time, none: { inputSchema, run: () => undefined } }
    expectTypeOf(runToolLoop({ client, input, tools })).resolves.toEqualTypeOf<ToolLoopResult>()
    expectTypeOf(runToolLoop({ client: withResilience(client), input, tools })).toBeObject()
    expectTypeOf(streamToolLoop({ client, input, tools })).toExtend<AsyncIterable<ToolLoopEvent>>()
  })

  it('know what is unknown of an input without one', () => {
    runToolLoop({
      client,
      input,
      guard: createToolLoopGuard(),
      tools: {
        any: {
          inputSchema,
          run(given, { signal, toolUseId, step }) {
            expectTypeOf(given).toBeUnknown()
            expectTypeOf(signal).toEqualTypeOf<AbortSignal>()
            expectTypeOf(toolUseId).toBeString()
            expectTypeOf(step).toBeNumber()
          },
        },
      },
    })
  })

  it('refuse options that do not exist', () => {
    // @ts-expect-error: durations are in milliseconds
    runToolLoop({ client, input, tools: {}, toolTimeout: 1 })
    // @ts-expect-error: a tool without its work
    runToolLoop({ client, input, tools: { a: { inputSchema } } })
  })
})
