import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { withResilience } from '@holdfast/bedrock-adapter'
import { startSimulator } from '@holdfast/bedrock-simulator'
import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { createFlags, defineFlags } from '@holdfast/feature-flags'
import { createAdminHandler } from '@holdfast/feature-flags/admin'
import { createLimiter } from '@holdfast/limiter'
import { pipeline } from '@holdfast/pipeline'
import { retry } from '@holdfast/retry'

const simulator = await startSimulator()
// The wrapped client has the type of the original client, and a command keeps the type of its output.
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

const flags = createFlags({
  flags: defineFlags({ MODE: { type: 'enum', values: ['a', 'b'], default: 'a' } }),
})
export const mode: 'a' | 'b' = flags.get('MODE')
// @ts-expect-error An unknown flag is a type error.
flags.get('MOOD')
export const answer: Promise<Response> = createAdminHandler(flags)(new Request('http://localhost/'))
