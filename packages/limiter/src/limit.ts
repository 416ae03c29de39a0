import type { MovingLimit } from './adaptive.ts'
import type { Settings } from './settings.ts'

/** How much may run at once: a limit that moves, or one that stays where it is. */
export type Limit = MovingLimit | { readonly current: number; readonly settled?: undefined }

export function limitOf({ maxConcurrent }: Settings): Limit {
  return typeof maxConcurrent === 'object'
    ? maxConcurrent.createLimit()
    : { current: maxConcurrent }
}
