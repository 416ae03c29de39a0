import {
  createToolLoopGuard,
  type ToolLoopGuardOptions,
  type Verdict,
} from '@holdfast/tool-loop-guard'
import type { Trace } from '../../../../packages/tool-loop-guard/test/trace.ts'
import { createJudge, type Finding, type Judge, type Watch } from '../judge.ts'

/** Ours with its defaults, and with what the user of a trace has said. */
export const holdfast: Judge = createJudge('Holdfast', (trace) => watch(optionsOf(trace)))

/** A limit of steps catches any loop in the end; this shows what the detectors do without it. */
export const holdfastWithoutSteps: Judge = createJudge('Holdfast, no step limits', (trace) =>
  watch({ ...optionsOf(trace), ...withoutSteps }),
)

const withoutSteps: ToolLoopGuardOptions = {
  limits: { steps: { warn: Infinity, block: Infinity } },
}

function optionsOf({ tools, known, maxSteps }: Trace): ToolLoopGuardOptions {
  return {
    tools,
    knownTools: known,
    ...(maxSteps !== undefined && { limits: { steps: { warn: maxSteps / 2, block: maxSteps } } }),
  }
}

function watch(options: ToolLoopGuardOptions): Watch {
  const guard = createToolLoopGuard(options)
  return {
    userSays: () => guard.reset(),
    answers: (text) => hear(guard.turn({ text })),
    asks: ({ tool, input }, act) => hear(guard.before({ id: String(act), tool, input })),
    settles(call, act) {
      if ('error' in call) {
        const { message, retryable } = call.error
        guard.after(String(act), { error: Object.assign(new Error(message), { retryable }) })
      } else guard.after(String(act), { output: call.output })
      return undefined
    },
  }
}

/** A warning lets the call run; all that is graver does not. */
function hear(verdict: Verdict): Finding {
  if (verdict.action === 'allow') return undefined
  const how = verdict.evidence.detector
  return { action: verdict.action === 'warn' ? 'warn' : 'stop', how }
}
