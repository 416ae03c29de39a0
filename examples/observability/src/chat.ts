import { type BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { DEFAULT_MODELS } from '@holdfast/bedrock-adapter'
import { currentTrace } from '@holdfast/logger/trace'
import { modelFailed } from './model-failed.ts'
import type { Telemetry } from './telemetry.ts'

/** `POST /chat`: the request body is a question, and the response body is the model's answer. */
export function createChat(
  client: BedrockRuntimeClient,
  { logger, registry }: Telemetry,
): (request: Request) => Promise<Response> {
  const took = registry.histogram({
    name: 'chat_seconds',
    help: 'Duration of questions, by outcome.',
    unit: 'seconds',
    labels: ['outcome'],
  })

  return async (request) => {
    const question = await request.text()
    if (question.trim() === '') return new Response('Ask something\n', { status: 400 })
    const start = performance.now()
    /** Adds the trace id as an exemplar, which leads from a slow bucket to the log lines of a slow request. */
    const observe = (outcome: string) => {
      const trace = currentTrace()
      const seconds = (performance.now() - start) / 1000
      took.observe({ outcome }, seconds, trace && { labels: { trace_id: trace.traceId } })
    }
    try {
      const answer = await ask(client, question, request.signal)
      observe('answered')
      return new Response(`${answer}\n`)
    } catch (error) {
      observe(request.signal.aborted ? 'aborted' : 'failed')
      // Logged inside the request's trace, so that the line has its trace id.
      logger.error(error, 'no answer')
      return modelFailed(error)
    }
  }
}

async function ask(
  client: BedrockRuntimeClient,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  const [modelId] = DEFAULT_MODELS
  const messages = [{ role: 'user' as const, content: [{ text: question }] }]
  const { output } = await client.send(new ConverseCommand({ modelId, messages }), {
    abortSignal: signal,
  })
  return output?.message?.content?.[0]?.text ?? ''
}
