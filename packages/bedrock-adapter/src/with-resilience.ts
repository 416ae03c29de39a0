import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime'
import { checkFunction } from '@holdfast/internal'
import type { BedrockClient, SendOptions } from './attempt.ts'
import type { ResilienceOptions } from './options.ts'
import { createResilience, type Resilience } from './resilience.ts'

/** Layers: options of new ones, or those that `createResilience` made before, to share them. */
export type LayersOption = ResilienceOptions | { readonly resilience: Resilience }

/** A command of the SDK, seen for the output that it promises. */
export interface CommandFor<Output extends object> {
  resolveMiddleware(
    stack: never,
    configuration: never,
    options: never,
  ): (args: never) => Promise<{ output: Output }>
}

type Callback = (error: unknown, output?: object) => void

/**
 * Puts the five layers around a client of the SDK. The result is of the same type, and everything but `send` is the
 * client's own; the client itself is not changed.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 *
 * @example
 * const client = withResilience(new BedrockRuntimeClient({}), { models: [sonnet45, sonnet37] })
 * const output = await client.send(new ConverseCommand({ modelId: sonnet45, messages }))
 */
export function withResilience<C extends Pick<BedrockRuntimeClient, 'send'>>(
  client: C,
  options: LayersOption = {},
): C {
  checkFunction('client.send', client?.send)
  const resilience = toResilience(options)

  function send(command: object, optionsOrCallback?: SendOptions | Callback, callback?: Callback) {
    const given = typeof optionsOrCallback === 'function' ? undefined : optionsOrCallback
    const tell = typeof optionsOrCallback === 'function' ? optionsOrCallback : callback
    const sent = resilience.send(client as unknown as BedrockClient, command, given)
    if (tell === undefined) return sent
    // As the SDK does it: what the callback throws is nobody's.
    sent.then((output) => tell(null, output), tell).catch(() => {})
    return undefined
  }

  return new Proxy(client, {
    get: (target, key, receiver) => (key === 'send' ? send : Reflect.get(target, key, receiver)),
  })
}

/**
 * One call through the five layers.
 *
 * Limiter and circuit breakers work from call to call, so they want layers that outlive this one: give it
 * `{ resilience: createResilience(options) }`. With options alone, only fallback and retry have something to do.
 *
 * @example
 * const resilience = createResilience({ models })
 * const output = await resilientInvoke(client, new ConverseCommand(input), { resilience, abortSignal })
 */
export async function resilientInvoke<Output extends object>(
  client: Pick<BedrockRuntimeClient, 'send'>,
  command: CommandFor<Output>,
  options: LayersOption & SendOptions = {},
): Promise<Output> {
  checkFunction('client.send', client?.send)
  const { abortSignal, requestTimeout, ...layers } = options
  const sendOptions = { abortSignal, ...(requestTimeout !== undefined && { requestTimeout }) }
  const resilience = toResilience(layers)
  return (await resilience.send(client as unknown as BedrockClient, command, sendOptions)) as Output
}

function toResilience(options: LayersOption): Resilience {
  if (Object(options) !== options) return createResilience(options as ResilienceOptions)
  const { resilience, ...own } = options as ResilienceOptions & {
    readonly resilience?: Resilience | undefined
  }
  return resilience ?? createResilience(own)
}
