import type { Registry } from '../metrics.ts'
import { counter, type Recorder } from './recorder.ts'

/** Of `@holdfast/tool-loop-guard`, as far as it is recorded: not the tool, of which there may be any number. */
export interface ToolLoopGuardFacts {
  readonly type: 'tool-loop-guard.triggered'
  readonly name: string
  /** The rule, or the name of a detector of one's own. */
  readonly reason: string
  readonly action: 'warn' | 'block' | 'finish' | 'stop'
}

export function recordToolLoopGuards(registry: Registry): Recorder<ToolLoopGuardFacts> {
  const triggered = counter(
    registry,
    'tool_loop_guard_triggered_total',
    'Verdicts of a guard other than to go on, by why and by what is to be done.',
    'reason',
    'action',
  )
  return {
    'tool-loop-guard.triggered': ({ name, reason, action }) =>
      triggered.inc({ name, reason, action }),
  }
}
