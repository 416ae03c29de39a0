import type { ToolResultBlock } from '@aws-sdk/client-bedrock-runtime'
import { type Clock, runWithTimeout, TimeoutError, throwIfAborted } from '@holdfast/internal'
import type { RequestedCall } from './answer.ts'
import { isObject } from './json-schema/json.ts'
import { validate } from './json-schema/validate.ts'
import type { ToolContext, ToolDefinition } from './tool-definition.ts'
import { errorResult, messageOf, toContent } from './tool-result.ts'
import type { ToolSet } from './tool-set.ts'

/** What the tools of a run have in common. */
export interface ToolSettings {
  readonly toolSet: ToolSet
  readonly toolTimeoutMs: number
  readonly clock: Clock
}

/** How a call ended: for the model, and for the guard. */
export interface CallEnd {
  readonly result: ToolResultBlock
  readonly outcome: { readonly output: unknown } | { readonly error: unknown }
}

/**
 * Runs a tool, if there is one and the input fits it. Whatever goes wrong is a result, for the model to see.
 *
 * @throws the reason of `context.signal` when that aborts, though the tool may go on.
 */
export async function runTool(
  { toolUseId, tool: name, input }: RequestedCall,
  context: ToolContext,
  { toolSet, toolTimeoutMs, clock }: ToolSettings,
): Promise<CallEnd> {
  throwIfAborted(context.signal)
  const failed = (text: string, error: unknown = new Error(text)): CallEnd => ({
    result: errorResult(toolUseId, text),
    outcome: { error },
  })
  const tool = toolSet.get(name)
  if (tool === undefined) return failed(unknownTool(name, toolSet.names))
  const timeoutMs = tool.timeoutMs ?? toolTimeoutMs
  const expired = () => new TimeoutError(timeoutMs)
  try {
    const output = await runWithTimeout(
      (inner: ToolContext) => checkAndRun(tool, input, inner),
      context,
      timeoutMs,
      clock,
      expired,
    )
    return { result: { toolUseId, content: toContent(output) }, outcome: { output } }
  } catch (error) {
    throwIfAborted(context.signal)
    if (error instanceof BadInput) return failed(error.message, error)
    return failed(`The tool failed: ${messageOf(error)}`, error)
  }
}

/** The model has written an input that does not fit. */
class BadInput extends Error {}

async function checkAndRun(
  tool: ToolDefinition,
  input: unknown,
  context: ToolContext,
): Promise<unknown> {
  if (typeof input === 'string') {
    throw new BadInput('The tool was not run: its input is not valid JSON. Write it anew, whole.')
  }
  const problems = isObject(input)
    ? await problemsOf(tool, input)
    : 'the input must be an object with the properties of the schema'
  if (problems) {
    throw new BadInput(`The tool was not run: its input does not fit its schema. ${problems}`)
  }
  throwIfAborted(context.signal)
  return await tool.run(input, context)
}

async function problemsOf(tool: ToolDefinition, input: unknown): Promise<string | undefined> {
  if (tool.validate) return await tool.validate(input)
  return validate(tool.inputSchema, input).join('; ')
}

function unknownTool(name: string, names: readonly string[]): string {
  const known = names.length > 0 ? `These are: ${names.join(', ')}.` : 'There is none.'
  return `There is no tool ${JSON.stringify(name.slice(0, 100))}. ${known}`
}
