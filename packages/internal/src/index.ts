export { raceAbort, sleep, throwIfAborted } from './abort.ts'
export { byBearerToken } from './bearer-token.ts'
export { callOperation, NO_CONTEXT } from './call-operation.ts'
export { withMembers } from './callable.ts'
export type { CallbackFailedEvent } from './callbacks.ts'
export { callbackReporter, guardCallback } from './callbacks.ts'
export type { Clock } from './clock.ts'
export { checkClock, MAX_TIMER_MS, systemClock } from './clock.ts'
export { checkContext } from './context.ts'
export type { ErrorClass } from './errors/classify-error.ts'
export {
  classifyError,
  errorOutcome,
  isRetryable,
  mostHelpfulError,
} from './errors/classify-error.ts'
export { brand, isBranded } from './errors/error-brand.ts'
export { errorStatus } from './errors/error-status.ts'
export { deadlinePassed, TimeoutError } from './errors/timeout-error.ts'
export { serverHintMs } from './errors/wait-hint.ts'
export type { HoldfastEvent } from './events.ts'
export { emit } from './events.ts'
export { checkCreated, factory } from './factory.ts'
export { addFailure, failuresOf, withFailures } from './failures.ts'
export { createHostCheck } from './host-check.ts'
export type { NumberRule, OptionRule, OptionRules } from './options.ts'
export {
  checkBooleans,
  checkFunction,
  checkFunctions,
  checkName,
  checkNumber,
  checkOptions,
  refusal,
} from './options.ts'
export type { Outcome, Permit } from './permit.ts'
export { createPermit } from './permit.ts'
export type { Context, Operation, Policy } from './policy.ts'
export type {
  AnyPolicy,
  Given,
  PolicyOf,
  Received,
  Substitute,
  SubstitutingPolicy,
  SwitchedPolicy,
} from './policy-types.ts'
export { readProperty } from './read-property.ts'
export type { RingWindow } from './ring-window.ts'
export { createRingWindow } from './ring-window.ts'
export { runWithTimeout } from './run-with-timeout.ts'
export { shorten } from './shorten.ts'
export { silence } from './silence.ts'
export { checkWebRequest } from './web-request.ts'
export { whenAborted } from './when-aborted.ts'
export { withoutStack } from './without-stack.ts'
