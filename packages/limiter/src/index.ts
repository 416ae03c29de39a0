export type { Clock, Context, Operation, Permit } from '@holdfast/internal'
export { LimiterClosedError, QueueFullError, QueueTimeoutError } from './errors.ts'
export type { Limiter, LimiterEvent, LimiterOptions, LimiterSettings } from './limiter.ts'
export { createLimiter } from './limiter.ts'
