import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { withResilience } from '@holdfast/bedrock-adapter'
import { startSimulator } from '@holdfast/bedrock-simulator'
import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { createLimiter } from '@holdfast/limiter'
import { pipeline } from '@holdfast/pipeline'
import { createRetry } from '@holdfast/retry'

const simulator = await startSimulator()
const client = withResilience(new BedrockRuntimeClient({ ...simulator.clientConfig }))
const policy = pipeline(createLimiter(), createCircuitBreaker(), createRetry())

const { output } = await policy(() =>
  client.send(
    new ConverseCommand({
      modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
    }),
  ),
)
if (output?.message?.content?.[0]?.text) console.log('a reply arrived')

client.destroy()
await simulator.close()
