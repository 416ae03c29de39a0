import { NO_CONTEXT } from './call-operation.ts'
import { refusal } from './options.ts'
import type { Context } from './policy.ts'
import { readProperty } from './read-property.ts'
import { isLatestSignal } from './when-aborted.ts'

/**
 * The context that a caller gave, fit for use. Call it before the call is admitted: a policy that reads a bad signal when
 * it already holds a slot would never give the slot back.
 *
 * A context or signal of `null` counts as absent, as it does for `fetch`.
 *
 * @throws TypeError when the context is no object, `signal` no `AbortSignal`, or `deadlineAt` no number.
 */
export function checkContext<C extends Context>(context: C | null | undefined): C {
  if (context === undefined || context === null) return NO_CONTEXT as C
  if (typeof context !== 'object') throw refusal('context', context, 'an object')
  const { signal, deadlineAt } = context
  if (deadlineAt !== undefined && (typeof deadlineAt !== 'number' || Number.isNaN(deadlineAt))) {
    throw refusal('deadlineAt', deadlineAt, 'a number of milliseconds on the policies’ clock')
  }
  if (signal === undefined || isLatestSignal(signal) || isAbortSignal(signal)) return context
  if (signal === null) return { ...context, signal: undefined }
  if (isAbortSignal(readProperty(signal, 'signal'))) {
    throw new TypeError(
      '`signal` must be an AbortSignal, not an AbortController: pass its `signal`',
    )
  }
  throw refusal('signal', signal, 'an AbortSignal')
}

/** By shape: signals of polyfills and of other realms are no instances of this realm's class. */
function isAbortSignal(value: unknown): boolean {
  try {
    const { aborted, addEventListener } = value as AbortSignal
    return typeof aborted === 'boolean' && typeof addEventListener === 'function'
  } catch {
    return false
  }
}
