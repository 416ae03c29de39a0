import { askConverse } from './ask-converse.ts'
import { toolLoop } from './tool-loop.ts'
import { NOBODY } from './tool-loop-events.ts'
import { checkToolLoopOptions, type ToolLoopOptions } from './tool-loop-options.ts'
import type { ToolLoopResult } from './tool-loop-result.ts'

/**
 * Runs a conversation with tools by Converse: asks the model, runs the tools that it calls, gives it their results, and asks
 * again, until an answer calls none. What goes wrong with a tool is told to the model; a guard ends what goes round in circles.
 *
 * @throws RangeError or TypeError naming the option, the tool or the place in its schema that is wrong.
 * @throws {@link ToolLoopInterruptedError} when the model cannot be asked, when the guard stops the run, and also when `signal`
 * aborts: at once, with `signal.reason` as its `cause`, and with the messages so far, from which the run can be resumed.
 *
 * @example
 * const { text, messages } = await runToolLoop({ client, input: { modelId, messages }, tools: { weather } })
 */
export async function runToolLoop(options: ToolLoopOptions): Promise<ToolLoopResult> {
  const settings = checkToolLoopOptions(options)
  return await toolLoop(settings, askConverse(settings.client), NOBODY)
}
