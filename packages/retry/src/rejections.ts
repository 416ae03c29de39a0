import { isBranded, readProperty } from '@holdfast/internal'

/** What policies reject a call with that they may admit later. A limiter that was closed stays closed. */
const REJECTIONS = ['CircuitOpenError', 'QueueFullError', 'QueueTimeoutError']

/** Whether an error says that a circuit is open or a queue is full, or that this is so for one of several candidates. */
export function isRejection(error: unknown): boolean {
  if (REJECTIONS.some((name) => isBranded(error, name))) return true
  const errors = isBranded(error, 'FallbackExhaustedError') && readProperty(error, 'errors')
  return Array.isArray(errors) && errors.some(isRejection)
}
