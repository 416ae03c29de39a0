export type {
  AnyPolicy,
  CallbackFailedEvent,
  Clock,
  Context,
  Operation,
  Policy,
  SubstitutingPolicy,
  SwitchedPolicy,
} from '@holdfast/internal'
export { TimeoutError } from '@holdfast/internal'
export type { BypassOptions } from './bypass.ts'
export { bypass } from './bypass.ts'
export type {
  FallbackChanges,
  FallbackContext,
  FallbackEvent,
  FallbackOptions,
  FallbackPolicy,
} from './fallback.ts'
export { fallback } from './fallback.ts'
export { FallbackExhaustedError } from './fallback-exhausted-error.ts'
export type {
  FallbackToEvent,
  FallbackToOptions,
  FallbackToPolicy,
  Substitution,
} from './fallback-to.ts'
export { fallbackTo } from './fallback-to.ts'
export type { GivenContext, PipelineContext, PipelinePolicy } from './pipeline.ts'
export { pipeline } from './pipeline.ts'
export type {
  TimeoutChanges,
  TimeoutContext,
  TimeoutEvent,
  TimeoutOptions,
  TimeoutPolicy,
} from './timeout.ts'
export { timeout } from './timeout.ts'
