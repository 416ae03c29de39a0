import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { withResilience } from '@holdfast/bedrock-adapter'
import { startSimulator } from '@holdfast/bedrock-simulator'
import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { createLimiter } from '@holdfast/limiter'
import { pipeline } from '@holdfast/pipeline'
import { retry } from '@holdfast/retry'

export async function call(): Promise<ConverseCommandOutput> {
  const simulator = await startSimulator()
  const client: BedrockRuntimeClient = withResilience(
    new BedrockRuntimeClient({ ...simulator.clientConfig }),
  )
  const policy = pipeline(createLimiter({}), createCircuitBreaker({}))
  return policy(() => retry(() => client.send(new ConverseCommand({ modelId: 'm', messages: [] }))))
}
