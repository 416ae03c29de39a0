const { BedrockRuntimeClient, ConverseCommand } = require('@aws-sdk/client-bedrock-runtime')
const { withResilience } = require('@holdfast/bedrock-adapter')
const { startSimulator } = require('@holdfast/bedrock-simulator')
const { createCircuitBreaker } = require('@holdfast/circuit-breaker')
const { createLimiter } = require('@holdfast/limiter')
const { pipeline } = require('@holdfast/pipeline')
const { createRetry } = require('@holdfast/retry')

async function main() {
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
}

main()
