import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { type ResilienceEvent, withResilience } from '@holdfast/bedrock-adapter'
import { type Observer, PRIMARY, type Result } from './scenario.ts'

export const awsCall = {
  name: 'calm',
  description: 'One call to Amazon Bedrock, with the AWS account in the environment.',
}

/** Makes one call with the AWS account in the environment, with default options and in real time. */
export async function runOnAws(observer: Observer, modelId: string = PRIMARY): Promise<Result> {
  const events: ResilienceEvent[] = []
  const client = withResilience(new BedrockRuntimeClient({}), {
    onEvent(event) {
      events.push(event)
      observer.event(event)
    },
  })
  const messages = [
    { role: 'user' as const, content: [{ text: 'In one line: what is a holdfast?' }] },
  ]
  try {
    const { output, $metadata } = await client.send(new ConverseCommand({ modelId, messages }))
    observer.note(output?.message?.content?.[0]?.text ?? '(no text)')
    return {
      ...ending(events),
      passed: true,
      outcome: 'answered',
      httpRequests: $metadata.attempts ?? 1,
    }
  } catch (error) {
    const outcome = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return { ...ending(events), passed: false, outcome, httpRequests: null }
  }
}

function ending(events: readonly ResilienceEvent[]) {
  const served = events.findLast((event) => event.type === 'fallback.served')
  return { name: awsCall.name, modelUsed: served?.candidate ?? null, events }
}
