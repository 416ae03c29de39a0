import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { runToolLoop, type ToolDefinitions } from '@holdfast/bedrock-adapter'
import { createToolLoopGuard } from '@holdfast/tool-loop-guard'
import { modelFailed } from './model-failed.ts'
import type { Telemetry } from './telemetry.ts'

/** A small model. It is not in the list of models, so it has no fallback. */
const MODEL = 'us.amazon.nova-lite-v1:0'
const WORDS = new Map([['holdfast', 'What keeps kelp on its rock.']])
const tools: ToolDefinitions = {
  lookup: {
    description: 'Looks a word up',
    inputSchema: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
    run: ({ word }: { word: string }) => WORDS.get(word) ?? 'Unknown word.',
  },
}

/** `POST /agent`: like `/chat`, with a model that can look words up. A tool-loop guard stops it if it only repeats lookups. */
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
