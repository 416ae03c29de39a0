import type { ToolResultBlock } from '@aws-sdk/client-bedrock-runtime'
import { throwIfAborted } from '@holdfast/internal'
import { ToolLoopError, type Verdict } from '@holdfast/tool-loop-guard'
import { deriveAbort } from '../derive-abort.ts'
import type { ReadAnswer, RequestedCall } from './answer.ts'
import type { Ask } from './ask.ts'
import { gravestOf, judge, reasonFor } from './judge.ts'
import { Progress } from './progress.ts'
import { runCalls } from './run-calls.ts'
import { runTool } from './run-tool.ts'
import type { Listener, NotedVerdict } from './tool-loop-events.ts'
import { ToolLoopInterruptedError } from './tool-loop-interrupted-error.ts'
import type { LoopSettings } from './tool-loop-options.ts'
import type { ToolLoopResult } from './tool-loop-result.ts'
import { errorResult, messageOf } from './tool-result.ts'
import { addUsage, NO_USAGE } from './usage.ts'

/** Asks the model, runs the tools that it calls, and again, until an answer calls none or the guard ends it. */
export async function toolLoop(
  settings: LoopSettings,
  ask: Ask,
  listener: Listener,
): Promise<ToolLoopResult> {
  // One of its own, so that whatever ends the run ends its request and its tools.
  const abort = deriveAbort(settings.signal)
  const progress = new Progress(settings.input.messages)
  try {
    const end = await runSteps(settings, progress, ask, listener, abort.signal)
    return { ...progress.facts(), ...end }
  } catch (error) {
    const isAborted = abort.signal.aborted
    const cause = isAborted ? abort.signal.reason : error
    abort.abort(cause)
    progress.close(
      isAborted
        ? 'The run was aborted before this call had a result.'
        : `The run ended before this call had a result: ${messageOf(error)}`,
    )
    const reason = isAborted ? 'aborted' : ToolLoopError.isInstance(error) ? 'stopped' : 'failed'
    throw new ToolLoopInterruptedError(reason, cause, progress.facts())
  } finally {
    abort.dispose()
  }
}

type End = Pick<ToolLoopResult, 'text' | 'stopReason'>

/** Of an answer that ended otherwise, the last call may be cut off, though it looks whole. */
const CALLS_ARE_WHOLE: readonly string[] = ['tool_use', 'end_turn']

async function runSteps(
  settings: LoopSettings,
  progress: Progress,
  ask: Ask,
  listener: Listener,
  signal: AbortSignal,
): Promise<End> {
  const { input, toolSet, guard, cost, toolConcurrency } = settings

  function note(verdict: Verdict, toolUseId?: string): Verdict {
    if (verdict.action === 'allow') return verdict
    const noted: NotedVerdict = {
      step: progress.steps,
      ...(toolUseId !== undefined && { toolUseId }),
      verdict,
    }
    progress.verdicts.push(noted)
    listener.tell({ type: 'verdict', ...noted })
    return verdict
  }

  function settle({ toolUseId, tool }: RequestedCall, result: ToolResultBlock): void {
    progress.settle(result)
    listener.tell({ type: 'tool-result', step: progress.steps, toolUseId, tool, result })
  }

  function refuse(calls: readonly RequestedCall[], text: (call: RequestedCall) => string): void {
    for (const call of calls) settle(call, errorResult(call.toolUseId, text(call)))
    progress.close('')
  }

  async function nextAnswer(): Promise<ReadAnswer & { stopReason: string; ofAnswer: Verdict }> {
    throwIfAborted(signal)
    const step = progress.steps + 1
    const request = { ...input, messages: [...progress.messages], ...toolSet.config(step === 1) }
    const answer = await ask(request, { signal, step, listener })
    const read = progress.add(answer)
    const { message, text } = read
    const { stopReason } = answer
    const usage = addUsage(NO_USAGE, answer.usage)
    listener.tell({ type: 'answer', step, message, stopReason, usage })
    // Behind its last event a stream may be aborted, with the whole answer there: it is kept.
    throwIfAborted(signal)
    const ofAnswer = note(guard.turn({ text, usage, cost: cost?.(usage) }))
    return { ...read, stopReason, ofAnswer }
  }

  async function run(call: RequestedCall, verdict: Verdict | undefined): Promise<void> {
    const { toolUseId, tool, input } = call
    if (verdict?.action === 'block') {
      return settle(call, errorResult(toolUseId, verdict.message))
    }
    throwIfAborted(signal)
    listener.tell({ type: 'tool-started', step: progress.steps, toolUseId, tool, input })
    const { result, outcome } = await runTool(
      call,
      { signal, toolUseId, step: progress.steps },
      settings,
    )
    guard.after(toolUseId, outcome)
    // Among the result's own blocks: some models take no text beside results.
    const advice = verdict?.action === 'warn' ? [{ text: verdict.message }] : []
    settle(call, { ...result, content: [...(result.content ?? []), ...advice] })
  }

  for (;;) {
    const { calls, text, stopReason, ofAnswer } = await nextAnswer()
    if (calls.length === 0) return { text, stopReason: endOf(stopReason) }
    if (!CALLS_ARE_WHOLE.includes(stopReason)) {
      refuse(calls, () => `The tool was not run: the answer was cut off (${stopReason}).`)
      return { text, stopReason }
    }
    const verdicts = judge(calls, ofAnswer, (call) =>
      note(
        guard.before({ id: call.toolUseId, tool: call.tool, input: call.input }),
        call.toolUseId,
      ),
    )
    const gravest = gravestOf(verdicts)
    if (gravest) {
      refuse(calls, (call) => reasonFor(verdicts[calls.indexOf(call)], gravest))
      if (gravest.action === 'stop') throw guard.error()
      const last = await nextAnswer()
      refuse(last.calls, () => 'The tool was not run: the answer was to be the last one.')
      return { text: last.text, stopReason: 'guard' }
    }
    await runCalls(calls, toolConcurrency, (call) => run(call, verdicts[calls.indexOf(call)]))
    progress.close('')
  }
}

/** A model may say that it calls tools, and call none: it has ended its turn. */
function endOf(stopReason: string): string {
  return stopReason === 'tool_use' ? 'end_turn' : stopReason
}
