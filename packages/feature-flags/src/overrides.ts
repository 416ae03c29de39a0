import type { Clock } from '@holdfast/internal'
import type { ChangeInfo } from './flags.ts'
import type { CheckedSetting, Override } from './resolve.ts'

/** What is set by hand now. @param ttlMs - `Infinity` for until it is cleared. */
export function createOverride(
  setting: CheckedSetting,
  { actor = 'code', reason }: ChangeInfo,
  ttlMs: number,
  clock: Clock,
): Override {
  const until = ttlMs === Infinity ? undefined : Date.now() + ttlMs
  return { setting, actor, reason, endsAt: clock.now() + ttlMs, until }
}

/** Whether nothing differs, so that to set one in the place of the other is no change. */
export function sameOverride(one: Override | undefined, other: Override | undefined): boolean {
  return (
    one === other ||
    (one?.setting.fingerprint === other?.setting.fingerprint &&
      one?.actor === other?.actor &&
      one?.reason === other?.reason &&
      one?.endsAt === other?.endsAt)
  )
}

/** Those whose time is not up. */
export function lasting(
  overrides: ReadonlyMap<string, Override>,
  now: number,
): Map<string, Override> {
  return new Map([...overrides].filter(([, { endsAt }]) => endsAt > now))
}

/** When the next of them ends; `Infinity` when none does. */
export function nextEnd(overrides: ReadonlyMap<string, Override>): number {
  return Math.min(Infinity, ...Array.from(overrides.values(), ({ endsAt }) => endsAt))
}
