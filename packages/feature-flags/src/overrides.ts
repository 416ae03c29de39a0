import type { Clock } from '@holdfast/internal'
import type { ChangeInfo } from './flags.ts'
import type { CheckedSetting, Override } from './resolve.ts'

/** An override that begins now. @param ttlMs - `Infinity` for one that lasts until it is cleared. */
export function createOverride(
  setting: CheckedSetting,
  { actor = 'code', reason }: ChangeInfo,
  ttlMs: number,
  clock: Clock,
): Override {
  return { setting, actor, reason, endsAt: clock.now() + ttlMs }
}

/** Whether replacing one by the other changes nothing. */
export function sameOverride(one: Override | undefined, other: Override | undefined): boolean {
  return (
    one === other ||
    (one?.setting.fingerprint === other?.setting.fingerprint &&
      one?.actor === other?.actor &&
      one?.reason === other?.reason &&
      one?.endsAt === other?.endsAt)
  )
}

/** The overrides that have not ended. */
export function lasting(
  overrides: ReadonlyMap<string, Override>,
  now: number,
): Map<string, Override> {
  return new Map([...overrides].filter(([, { endsAt }]) => endsAt > now))
}

/** When the next of them ends; `Infinity` when none does. */
export function nextEnd(overrides: ReadonlyMap<string, Override>): number {
  let earliest = Infinity
  for (const { endsAt } of overrides.values()) earliest = Math.min(earliest, endsAt)
  return earliest
}

/**
 * When an override ends in wall time, in milliseconds since 1970; `undefined` when it lasts until it is cleared. Computed
 * from the time that is left, since the flags' clock decides: while a machine sleeps that clock may stand still, and wall
 * time may be set.
 */
export function wallTimeOfEnd({ endsAt }: Override, clock: Clock): number | undefined {
  return endsAt === Infinity ? undefined : Math.round(Date.now() + endsAt - clock.now())
}
