import type { FlagDefinition } from './definition.ts'
import type { Evaluation, FlagInfo } from './flags.ts'
import type { Flag, Resolved } from './resolve.ts'

/** A flag as an admin sees it. */
export function flagInfo(
  { name, definition, byDefault, safe }: Flag,
  { value, source, reason }: Evaluation,
  { setting, override }: Partial<Resolved> = {},
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
      until: override.until,
    },
  }
}

/** A value as it may be shown. */
export function shown(definition: FlagDefinition, value: unknown): unknown {
  return definition.secret ? '[secret]' : value
}
