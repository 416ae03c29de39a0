import type { CircuitBreakers } from '@holdfast/circuit-breaker'
import { callbackReporter, createPermit, emit, readProperty } from '@holdfast/internal'
import {
  createLimiter,
  type Limiter,
  type LimiterOptions,
  type LimiterPermit,
} from '@holdfast/limiter'
import { type FallbackEvent, FallbackExhaustedError, fallback } from '@holdfast/pipeline'
import { type AnswerUsage, createAnswerUsage } from './answer-usage.ts'
import type { BedrockClient, SendOptions } from './attempt.ts'
import { type BedrockLimiterContext, createUsageSettler } from './bedrock-rates.ts'
import { classifyBedrockError } from './classify-bedrock-error.ts'
import { bedrockErrorRules } from './error-rules.ts'
import type { BedrockCommand } from './fresh-command.ts'
import { guardStream } from './guard-stream.ts'
import { type Call, createModelCaller, type ModelAnswer, type Settle } from './model-call.ts'
import { createModelList, type ModelCandidate } from './models.ts'
import type { OpenStream } from './open-stream.ts'
import { operationOf } from './operations.ts'
import { checkResilienceOptions, type ResilienceOptions } from './options.ts'
import { throttleIn } from './throttle-in.ts'

/** The five layers with their state, to be shared by any number of clients and calls. */
export interface Resilience {
  /** The outermost layer; `undefined` when it is off. */
  readonly limiter: Limiter | undefined
  /** The circuit breakers by model id; `undefined` when they are off. */
  readonly circuitBreakers: CircuitBreakers | undefined
  /**
   * Sends a command through the layers; one that they are not for goes straight to the client. `withResilience` and
   * `resilientInvoke` are this with the types of the SDK.
   */
  send(client: BedrockClient, command: object, options?: SendOptions): Promise<object>
}

const FREE_PERMIT: LimiterPermit = { ...createPermit(() => {}), settle() {} }

/**
 * Builds the layers: limiter → model fallback → circuit breaker (one a model) → retry → SDK call.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function createResilience(options: ResilienceOptions = {}): Resilience {
  const settings = checkResilienceOptions(options)
  const { onEvent, clock, attemptTimeoutMs, streamIdleTimeoutMs, errorRules = [] } = settings
  const rules = [...errorRules, ...bedrockErrorRules]
  const report = callbackReporter('bedrock', onEvent)
  const verdictOf = (error: unknown) => classifyBedrockError(error, rules, report)
  const modelsFor = createModelList(settings.models)
  const models = createModelCaller(settings, verdictOf)
  const { rates, ...limits } = settings.limiter || {}
  const limiter =
    settings.limiter === false
      ? undefined
      : // Its calls all come from here, with the context that the rates' costs read.
        createLimiter({
          ...limits,
          // `actual` is the adapter's: the limiter knows no such option.
          rates: (Array.isArray(rates)
            ? rates.map(({ actual: _, ...rate }) => rate)
            : rates) as LimiterOptions['rates'],
          name: 'bedrock',
          onEvent,
          clock,
        })
  const settleUsage = createUsageSettler(rates)
  const fallbackOptions = {
    name: 'model-fallback',
    label: ({ modelId }: ModelCandidate) => modelId,
    // One fallback is made for each call, and they all report as one policy.
    onEvent: (event: FallbackEvent) => {
      if (event.type !== 'fallback.created') emit(onEvent, event)
    },
  }
  emit(onEvent, {
    type: 'fallback.created',
    name: fallbackOptions.name,
    candidates: modelsFor(undefined).map(fallbackOptions.label),
  })

  async function send(
    client: BedrockClient,
    command: object,
    options?: SendOptions,
  ): Promise<object> {
    const operation = operationOf(command)
    if (operation === undefined) return client.send(command as never, options)
    const signal = options?.abortSignal
    const call: Call = {
      client,
      operation,
      sendOptions: options ?? {},
      attemptTimeoutMs,
      clock,
      command: command as BedrockCommand,
      invocationId: crypto.randomUUID(),
    }
    const context = { signal }
    const asked: BedrockLimiterContext = { ...context, input: call.command.input }
    const slot = (await limiter?.acquire(asked)) ?? FREE_PERMIT
    try {
      const candidates = modelsFor(call.command.input.modelId)
      const withFallback = fallback(candidates, {
        ...fallbackOptions,
        when: (error, candidate) => {
          const { id, fallback } = verdictOf(error)
          // After a switch, a model may refuse what the first one would have taken: a limit of tokens, a parameter.
          return (
            fallback ||
            (candidate !== candidates[0] && (id === 'validation' || id === 'bad-request'))
          )
        },
      })
      const answer = await withFallback(
        (inner) => models.call(call, inner.candidate, inner),
        context,
      )
      return handOut(answer, slot)
    } catch (error) {
      if (signal?.aborted) slot.ignore()
      else fail(slot, error)
      // What the model that was asked for said is why the call failed, whatever the others added.
      if (FallbackExhaustedError.isInstance(error)) error.cause = error.errors[0]
      throw error
    }
  }

  /** An adaptive limit is to see a throttle for what it is; a mistake of the caller's says nothing on the service. */
  function fail(slot: LimiterPermit, error: unknown): void {
    const throttle = throttleIn(error)
    const { retry, fallback, breaker } = verdictOf(error)
    const isService = retry || fallback || breaker === 'failure'
    if (throttle || isService || FallbackExhaustedError.isInstance(error))
      slot.fail(throttle ?? error)
    else slot.ignore()
  }

  /** A whole answer is at its end; of a stream the permits are held until it is. */
  function handOut({ output, stream, modelId, settle }: ModelAnswer, slot: LimiterPermit): object {
    const usage = createAnswerUsage(modelId, slot, settleUsage, onEvent)
    if (stream === undefined) {
      usage.read(output)
      slot.succeed()
      usage.tell()
      return output
    }
    const settleBoth: Settle = (outcome, error) => {
      settle(outcome, error)
      if (outcome === 'success') slot.succeed()
      else if (outcome === 'failure') fail(slot, error)
      else slot.ignore()
      // A success is told again with each event behind the last one, and the usage comes in such a one.
      if (outcome === 'success') usage.tell()
    }
    const guarded = guardStream(watchUsage(stream, usage), {
      idleTimeoutMs: streamIdleTimeoutMs,
      clock,
      settle: settleBoth,
      onInterrupted: ({ modelId, reason }) =>
        emit(onEvent, { type: 'bedrock.stream-interrupted', name: modelId, reason }),
    })
    return Object.assign(output, { [stream.key]: guarded })
  }

  return { limiter, circuitBreakers: models.circuitBreakers, send }
}

/** Of a stream it is told by the event `metadata`, behind its last one. */
function watchUsage(stream: OpenStream, usage: AnswerUsage): OpenStream {
  const next = async () => {
    const result = await stream.next()
    usage.read(readProperty(result.value, 'metadata'))
    return result
  }
  return { ...stream, next }
}
