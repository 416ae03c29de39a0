import type { Registry } from '../metrics.ts'
import { counter, type Recorder } from './recorder.ts'

/** A callback of the user's that failed, in any package. */
export interface CallbackFacts {
  readonly type: 'callback.failed'
  readonly name: string
  readonly callback: string
}

export function recordCallbacks(registry: Registry): Recorder<CallbackFacts> {
  const failed = counter(
    registry,
    'callback_failed_total',
    'Callbacks that threw or returned a promise, and counted as absent.',
    'callback',
  )
  return {
    'callback.failed': ({ name, callback }) => failed.inc({ name, callback }),
  }
}
