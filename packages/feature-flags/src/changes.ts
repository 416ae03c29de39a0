import { shown } from './flag-info.ts'
import type { ChangeInfo, FlagChange } from './flags.ts'
import { sameOverride } from './overrides.ts'
import type { Flag, Resolved } from './resolve.ts'

/** The changes from one revision to the next. None at the first revision. */
export function changesBetween(
  flags: ReadonlyMap<string, Flag>,
  before: ReadonlyMap<string, Resolved>,
  after: ReadonlyMap<string, Resolved>,
  info: ChangeInfo,
): readonly FlagChange[] {
  const changes: FlagChange[] = []
  for (const [name, flag] of flags) {
    const [one, other] = [before.get(name), after.get(name)]
    if (one && other && !isSame(one, other)) changes.push(changeOf(flag, one, other, info))
  }
  return changes
}

/** An override under the kill switch is a change: it applies once the switch is off. */
function isSame(one: Resolved, other: Resolved): boolean {
  return (
    one.setting.fingerprint === other.setting.fingerprint &&
    one.evaluation.source === other.evaluation.source &&
    sameOverride(one.override, other.override)
  )
}

function changeOf(
  { name, definition }: Flag,
  before: Resolved,
  { setting, evaluation }: Resolved,
  { actor = 'code', reason, requestId }: ChangeInfo,
): FlagChange {
  return Object.freeze({
    flag: name,
    from: shown(definition, before.setting.value),
    to: shown(definition, setting.value),
    actor,
    reason,
    requestId,
    source: evaluation.source,
    revision: evaluation.revision,
    at: Date.now(),
  })
}
