import type { OptionRules } from '@holdfast/internal'

/** What can be changed on a running breaker with `update`, besides its `openWhen`. */
export interface CircuitBreakerSettings {
  /** How long an open circuit rejects every call before it lets a probe through, in milliseconds. Default 30 000. */
  readonly openForMs?: number | undefined
  /** What the cooldown is multiplied by each time that a probe fails. From 1 to 10. Default 1: it stays the same. */
  readonly openFactor?: number | undefined
  /**
   * The longest cooldown that `openFactor`, or the Retry-After of an error, can make of `openForMs`, in milliseconds.
   * Default 600 000.
   */
  readonly maxOpenForMs?: number | undefined
  /** Spreads the cooldown by up to this part of it, to both sides: 0.1 is ±10 %. Default 0. */
  readonly openJitter?: number | undefined
  /** How many probes a half-open circuit lets through at a time. Default 1. */
  readonly permits?: number | undefined
  /** How many probes must succeed to close the circuit. One that fails opens it again. Default 1. */
  readonly successesToClose?: number | undefined
  /** A probe that is out for so long hangs: the circuit opens again. In milliseconds, default 60 000. */
  readonly halfOpenTimeoutMs?: number | undefined
  /** A call that takes so long, or longer, counts as a failure though it succeeds. Default `Infinity`: none does. */
  readonly slowCallMs?: number | undefined
}

/** Each of them with its value. */
export type Settings = { readonly [K in keyof CircuitBreakerSettings]-?: number }

const DEFAULTS: Settings = {
  openForMs: 30_000,
  openFactor: 1,
  maxOpenForMs: 600_000,
  openJitter: 0,
  permits: 1,
  successesToClose: 1,
  halfOpenTimeoutMs: 60_000,
  slowCallMs: Infinity,
}

/** The option rules of the settings. */
export const SETTING_RULES: OptionRules<CircuitBreakerSettings> = {
  openForMs: { min: 0 },
  openFactor: { min: 1, max: 10 },
  maxOpenForMs: { min: 0 },
  openJitter: { min: 0, max: 1 },
  permits: { min: 1, integer: true },
  successesToClose: { min: 1, integer: true },
  halfOpenTimeoutMs: { min: 1 },
  slowCallMs: { min: 1 },
}

/** The present settings, or the defaults, with those that are given in their place. */
export function resolveSettings(
  given: CircuitBreakerSettings,
  present: Settings = DEFAULTS,
): Settings {
  const settings: Record<string, number> = {}
  for (const [name, value] of Object.entries(present)) {
    settings[name] = given[name as keyof Settings] ?? value
  }
  return settings as Settings
}

/** @param part - From 0 to 1: where within the jitter it falls. */
export function cooldownMs(
  { openForMs, openFactor, maxOpenForMs, openJitter }: Settings,
  reopenings: number,
  part: number,
  hintMs = 0,
): number {
  // Of a hundred re-openings and a factor of 10 the power is still a number, which 0 may meet.
  const planned = openForMs * openFactor ** Math.min(reopenings, 100)
  const spread = planned * (1 + openJitter * (2 * part - 1))
  return Math.min(Math.max(spread, hintMs), Math.max(openForMs, maxOpenForMs))
}
