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

const simulator = await startSimulator()
// The wrapped client is of the client's own type, and a command keeps its output's type.
const client: BedrockRuntimeClient = withResilience(
  new BedrockRuntimeClient({ ...simulator.clientConfig }),
)
export const reply: ConverseCommandOutput = await client.send(
  new ConverseCommand({ modelId: 'm', messages: [] }),
)

const policy = pipeline(createLimiter({}), createCircuitBreaker({}))
export const number: number = await policy(() => 1)
export const text: string = await retry(async () => 'done')
// @ts-expect-error An option that does not exist is a type error.
createLimiter({ noSuchOption: 1 })
