import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { runToolLoop, type ToolDefinitions } from '@holdfast/bedrock-adapter'
import { createToolLoopGuard } from '@holdfast/tool-loop-guard'
import { modelFailed } from './model-failed.ts'
import type { Telemetry } from './telemetry.ts'

/** A small one will do. None falls back from it, as it is not in the list. */
const MODEL = 'us.amazon.nova-lite-v1:0'
const WORDS = new Map([['holdfast', 'What keeps kelp on its rock.']])
const tools: ToolDefinitions = {
  lookup: {
    description: 'Looks a word up',
    inputSchema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
    run: ({ word }: { word: string }) => WORDS.get(word) ?? 'Nobody knows this word.',
  },
}

/** `POST /agent`: as `/chat`, by a model that may look words up. A guard ends it when it does nothing else any more. */
export function createAgent(
  client: BedrockRuntimeClient,
  { logger, onEvent }: Telemetry,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const messages = [{ role: 'user' as const, content: [{ text: await request.text() }] }]
    const guard = createToolLoopGuard({ name: 'agent', knownTools: Object.keys(tools), onEvent })
    const input = { modelId: MODEL, messages }
    try {
      const { text } = await runToolLoop({ client, input, tools, guard, signal: request.signal })
      return new Response(`${text}\n`)
    } catch (error) {
      logger.error(error, 'no answer')
      return modelFailed(error)
    }
  }
}
