import type { Clock } from '@holdfast/internal'
import type { FlagDefinition } from './definition.ts'
import type { Evaluation, FlagInfo } from './flags.ts'
import { wallTimeOfEnd } from './overrides.ts'
import type { Flag, Resolved } from './resolve.ts'

/** A flag as the admin endpoints show it. */
export function flagInfo(
  { name, definition, byDefault, safe }: Flag,
  { value, source, reason }: Evaluation,
  { setting, override }: Partial<Resolved>,
  clock: Clock,
): FlagInfo {
  return {
    name,
    type: definition.type,
    description: definition.description,
    value: shown(definition, value),
    default: shown(definition, byDefault.value),
    safe: shown(definition, safe.value),
    source,
    reason,
    hasRules: setting?.match !== undefined,
    override: override && {
      actor: override.actor,
      reason: override.reason,
      until: wallTimeOfEnd(override, clock),
    },
  }
}

/** The value as events, history, and endpoints show it. */
export function shown(definition: FlagDefinition, value: unknown): unknown {
  return definition.secret ? '[secret]' : value
}
