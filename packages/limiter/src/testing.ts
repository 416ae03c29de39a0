import { type Deferred, deferred, type Watched, watch } from '@holdfast/internal/testing'
import type { LimiterEvent } from './events.ts'
import { createLimiter, type Limiter } from './limiter.ts'
import type { LimiterContext } from './limiter-context.ts'
import type { LimiterOptions } from './settings.ts'

export const reason: Error = new Error('the caller gave up')
export const boom: Error = new Error('boom')

/** An event that says how the limiter stands. */
export type LimiterReport = Extract<LimiterEvent, { readonly active: number }>

/** A call whose work ends when told. */
export interface Job extends Deferred<string> {
  readonly call: Watched<string>
}

export interface Jobs {
  readonly limiter: Limiter
  /** In the order in which they began. */
  readonly begun: readonly string[]
  /** What it reported since it was created. */
  readonly events: readonly LimiterReport[]
  begin(label: string, context?: LimiterContext): Job
}

/** Runs calls that end when told, and remembers which began, and what the limiter told. */
export function jobs(options: LimiterOptions = {}): Jobs {
  const events: LimiterReport[] = []
  const onEvent = (event: LimiterEvent) => {
    if (event.type !== 'callback.failed' && event.type !== 'limiter.created') events.push(event)
  }
  const limiter = createLimiter({ onEvent, ...options })
  const begun: string[] = []
  const begin = (label: string, context?: LimiterContext): Job => {
    const work = deferred<string>()
    const operation = () => {
      begun.push(label)
      return work.promise
    }
    return { ...work, call: watch(limiter(operation, context)) }
  }
  return { limiter, begun, events, begin }
}
