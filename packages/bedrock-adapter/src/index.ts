export type { BedrockClient, SendOptions } from './attempt.ts'
export type { BedrockLimiterContext, BedrockRate } from './bedrock-rates.ts'
export { classifyBedrockError } from './classify-bedrock-error.ts'
export type { BedrockErrorRule, ErrorVerdict } from './error-rules.ts'
export { bedrockErrorRules } from './error-rules.ts'
export type { InterruptionReason } from './errors.ts'
export { IncompleteResponseError, StreamInterruptedError } from './errors.ts'
export type { ResilienceEvent, StreamInterruptedEvent, TokensUsedEvent } from './events.ts'
export type { ModelCandidate, ModelInput } from './models.ts'
export { DEFAULT_MODELS } from './models.ts'
export type {
  CircuitBreakerLayer,
  LimiterLayer,
  ResilienceOptions,
  RetryLayer,
} from './options.ts'
export type { PartialAnswer, PartialBlock } from './partial-answer.ts'
export type { Resilience } from './resilience.ts'
export { createResilience } from './resilience.ts'
export type { CommandFor, LayersOption } from './with-resilience.ts'
export { resilientInvoke, withResilience } from './with-resilience.ts'
