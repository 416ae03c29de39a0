import {
  createToolLoopGuard,
  type ToolLoopGuardOptions,
  type Verdict,
} from '@holdfast/tool-loop-guard'
import type { Trace } from '../../../../packages/tool-loop-guard/test/trace.ts'
import { createJudge, type Finding, type Judge, type Watch } from '../judge.ts'

/** The tool-loop guard with its defaults, and with the tool policies that the trace declares. */
export const holdfast: Judge = createJudge('Holdfast', (trace) => watch(optionsOf(trace)))

/** Without the limits of steps, which stop any loop eventually. This shows what the other detectors find. */
export const holdfastWithoutSteps: Judge = createJudge('Holdfast, no step limits', (trace) =>
  watch({ ...optionsOf(trace), ...withoutSteps }),
)

const withoutSteps: ToolLoopGuardOptions = {
  limits: {
    stepsWithoutProgress: { warn: Infinity, block: Infinity },
    steps: { warn: Infinity, block: Infinity },
  },
}

function optionsOf({ tools, known }: Trace): ToolLoopGuardOptions {
  return { tools, knownTools: known }
}

function watch(options: ToolLoopGuardOptions): Watch {
  const guard = createToolLoopGuard(options)
  return {
    onUserMessage: () => guard.reset(),
    onAnswer: (text) => findingOf(guard.turn({ text })),
    beforeCall: ({ tool, input }, act) => findingOf(guard.before({ id: String(act), tool, input })),
    afterCall(call, act) {
      if ('error' in call) {
        const { message, retryable } = call.error
        guard.after(String(act), { error: Object.assign(new Error(message), { retryable }) })
      } else guard.after(String(act), { output: call.output })
      return undefined
    },
  }
}

/** After a warning the call still runs. After any more severe action it does not. */
function findingOf(verdict: Verdict): Finding {
  if (verdict.action === 'allow') return undefined
  const how = verdict.evidence.detector
  return { action: verdict.action === 'warn' ? 'warn' : 'stop', how }
}
