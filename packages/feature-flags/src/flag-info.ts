import type { FlagDefinition } from './definition.ts'
import type { FlagInfo } from './flags.ts'
import type { Flag, Override, Resolved } from './resolve.ts'

/** A flag as an admin sees it. */
export function flagInfo(
  { name, definition, byDefault, safe }: Flag,
  { setting, evaluation }: Resolved,
  override: Override | undefined,
): FlagInfo {
  return {
    name,
    type: definition.type,
    description: definition.description,
    value: shown(definition, setting.value),
    default: shown(definition, byDefault.value),
    safe: shown(definition, safe.value),
    source: evaluation.source,
    reason: evaluation.reason,
    hasRules: setting.rules !== undefined,
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
