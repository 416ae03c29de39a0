import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { withResilience } from '@holdfast/bedrock-adapter'
import { startSimulator } from '@holdfast/bedrock-simulator'
import type { Part } from '../part.ts'

const simulator = await startSimulator({ maxRequests: 1 })
const plain = new BedrockRuntimeClient(simulator.clientConfig)
const wrapped = withResilience(plain)
const command = () =>
  new ConverseCommand({
    modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    messages: [{ role: 'user', content: [{ text: 'Hello.' }] }],
  })

/** Measures the real client over a real socket, with the simulator in the same process. */
export const adapterPart: Part = {
  comparisons: [
    {
      title: 'Converse with the SDK client, over HTTP/2 on loopback',
      baseline: { name: 'plain client', call: () => plain.send(command()) },
      ours: [{ name: 'wrapped client', call: () => wrapped.send(command()) }],
    },
  ],
  close() {
    plain.destroy()
    return simulator.close()
  },
}
