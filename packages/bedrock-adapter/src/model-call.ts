import { type CircuitBreakers, createCircuitBreakers } from '@holdfast/circuit-breaker'
import { type Context, type Outcome, whenAborted } from '@holdfast/internal'
import { createRetry, type RetryPolicy } from '@holdfast/retry'
import { type Answer, type AttemptSettings, attempt } from './attempt.ts'
import type { ErrorVerdict } from './error-rules.ts'
import { type BedrockCommand, freshCommand } from './fresh-command.ts'
import { inputFor, type ModelCandidate } from './models.ts'
import type { Settings } from './options.ts'

/** One call of the user's, whichever models it comes to. */
export interface Call extends AttemptSettings {
  readonly command: BedrockCommand
  /** Tells the service which attempts belong together. */
  readonly invocationId: string
}

/** How an answer came to its end. */
export type Settle = (outcome: Outcome, error?: unknown) => void

/** An answer, and, for a stream, how to tell the model's circuit breaker when it has come to its end. */
export interface ModelAnswer extends Answer {
  readonly modelId: string
  readonly settle: Settle
}

/** The inner layers: a circuit breaker for each model, and retry around the SDK call. */
export interface ModelCaller {
  readonly circuitBreakers: CircuitBreakers | undefined
  call(call: Call, candidate: ModelCandidate, context: Context): Promise<ModelAnswer>
}

export function createModelCaller(
  { circuitBreaker = {}, retry = {}, onEvent, clock, random }: Settings,
  verdictOf: (error: unknown) => ErrorVerdict,
): ModelCaller {
  // Long: a probe is a whole answer, with its retries, and what hangs in it has time limits of its own.
  const { halfOpenTimeoutMs = 600_000 } = circuitBreaker || {}
  const circuitBreakers =
    circuitBreaker === false
      ? undefined
      : createCircuitBreakers({ ...circuitBreaker, halfOpenTimeoutMs, onEvent, clock, random })
  const retryOptions = retry === false ? { retries: 0 } : retry
  const maxAttempts = (retryOptions.retries ?? 3) + 1
  const retryable = (error: unknown) => verdictOf(error).retry
  const policies = new Map<string, RetryPolicy>()

  function retryFor(modelId: string): RetryPolicy {
    let policy = policies.get(modelId)
    if (policy === undefined) {
      policy = createRetry({ ...retryOptions, name: modelId, retryable, onEvent, clock, random })
      policies.set(modelId, policy)
    }
    return policy
  }
  // Validates the options now rather than at the first call.
  createRetry({ ...retryOptions, clock, random })

  function acquire(modelId: string): Settle {
    const permit = circuitBreakers?.for(modelId).acquire()
    return (outcome, error) => {
      if (outcome === 'success') permit?.succeed()
      else if (outcome === 'failure' && verdictOf(error).breaker === 'failure') permit?.fail(error)
      else permit?.ignore()
    }
  }

  async function call(
    call: Call,
    candidate: ModelCandidate,
    context: Context,
  ): Promise<ModelAnswer> {
    const { command, invocationId } = call
    const settle = acquire(candidate.modelId)
    try {
      const input = inputFor(candidate, command.input)
      const answer = await retryFor(candidate.modelId)((inner) => {
        const info = { attempt: inner.attempt, maxAttempts, invocationId }
        return attempt(freshCommand(command, input, info), call, inner.signal)
      }, context)
      // At once: between here and the caller an abort may still take the answer's place.
      if (answer.stream === undefined) settle('success')
      else whenAborted(answer.stream.abort.signal, () => settle('ignore'))
      return { ...answer, modelId: candidate.modelId, settle }
    } catch (error) {
      settle(context.signal?.aborted ? 'ignore' : 'failure', error)
      throw error
    }
  }

  return { circuitBreakers, call }
}
