export { raceAbort, sleep, throwIfAborted } from './abort.ts'
export { ask } from './ask.ts'
export { byBearerToken } from './bearer-token.ts'
export { callOperation, NO_CONTEXT } from './call-operation.ts'
export { withMembers } from './callable.ts'
export type { Clock } from './clock.ts'
export { MAX_TIMER_MS, systemClock } from './clock.ts'
export { brand, isBranded } from './error-brand.ts'
export { errorStatus, readProperty } from './error-facts.ts'
export type { HoldfastEvent } from './events.ts'
export { emit } from './events.ts'
export type { NumberRule } from './options.ts'
export {
  checkBooleans,
  checkFunction,
  checkFunctions,
  checkName,
  checkNumber,
  refusal,
} from './options.ts'
export type { Outcome, Permit } from './permit.ts'
export { createPermit } from './permit.ts'
export type { Context, Operation, Policy } from './policy.ts'
export type { RingWindow } from './ring-window.ts'
export { createRingWindow } from './ring-window.ts'
export { runWithTimeout } from './run-with-timeout.ts'
export { serverHintMs } from './server-hint.ts'
export { TimeoutError } from './timeout-error.ts'
export { whenAborted } from './when-aborted.ts'
export { withoutStack } from './without-stack.ts'
