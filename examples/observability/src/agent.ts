import {
  type BedrockRuntimeClient,
  type ContentBlock,
  ConverseCommand,
  type Message,
  type ToolConfiguration,
} from '@aws-sdk/client-bedrock-runtime'
import { createToolLoopGuard, type ToolLoopGuard } from '@holdfast/tool-loop-guard'
import { modelFailed } from './model-failed.ts'
import type { Telemetry } from './telemetry.ts'

/** A small one will do. None falls back from it, as it is not in the list. */
const MODEL = 'us.amazon.nova-lite-v1:0'
const WORDS = new Map([['holdfast', 'What keeps kelp on its rock.']])
const toolConfig: ToolConfiguration = {
  tools: [
    {
      toolSpec: {
        name: 'lookup',
        description: 'Looks a word up',
        inputSchema: {
          json: { type: 'object', properties: { word: { type: 'string' } }, required: ['word'] },
        },
      },
    },
  ],
}

/** `POST /agent`: as `/chat`, by a model that may look words up. A guard stops it when it does nothing else any more. */
export function createAgent(
  client: BedrockRuntimeClient,
  { logger, onEvent }: Telemetry,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const messages: Message[] = [{ role: 'user', content: [{ text: await request.text() }] }]
    const guard = createToolLoopGuard({ name: 'agent', knownTools: ['lookup'], onEvent })
    try {
      for (;;) {
        const { output, usage } = await client.send(
          new ConverseCommand({ modelId: MODEL, messages, toolConfig }),
          { abortSignal: request.signal },
        )
        const content = output?.message?.content ?? []
        const text = content.map((block) => block.text ?? '').join('')
        const { action } = guard.turn({ text, usage })
        if (action === 'stop') throw guard.error()
        const results = content.flatMap((block) => useTool(block, guard))
        if (results.length === 0) return new Response(`${text}\n`)
        messages.push({ role: 'assistant', content }, { role: 'user', content: results })
      }
    } catch (error) {
      logger.error(error, 'no answer')
      return modelFailed(error)
    }
  }
}

/** A block's tool use, carried out or answered by the guard. */
function useTool({ toolUse }: ContentBlock, guard: ToolLoopGuard): ContentBlock[] {
  if (toolUse === undefined) return []
  const { toolUseId: id, name: tool = '', input } = toolUse
  const verdict = guard.before({ id, tool, input })
  if (verdict.action === 'stop') throw guard.error()
  const content: { text: string }[] = []
  if (verdict.action === 'allow' || verdict.action === 'warn') {
    const result = lookUp(input)
    guard.after(id, { output: result })
    content.push({ text: result })
  }
  // Of a call that it warns of, or that it does not let run, the model is told why.
  if (verdict.action !== 'allow') content.push({ text: verdict.message })
  return [{ toolResult: { toolUseId: id, content } }]
}

function lookUp(input: unknown): string {
  const { word } = Object(input) as { readonly word?: unknown }
  return WORDS.get(String(word)) ?? 'Nobody knows this word.'
}
