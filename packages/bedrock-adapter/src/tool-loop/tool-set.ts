import type { Tool, ToolConfiguration } from '@aws-sdk/client-bedrock-runtime'
import { checkFunction, checkNumber, MAX_TIMER_MS, refusal } from '@holdfast/internal'
import { checkSchema } from './json-schema/check-schema.ts'
import { isObject } from './json-schema/json.ts'
import type { ToolDefinition, ToolDefinitions } from './tool-definition.ts'

/** What Bedrock takes for a name of a tool. */
const NAME = /^[a-zA-Z0-9_-]{1,64}$/

/** The tools of a run, checked. */
export interface ToolSet {
  readonly names: readonly string[]
  get(name: string): ToolDefinition | undefined
  /**
   * What a request says of them. A tool that the caller insists on is insisted on in the first request only: repeated, it would
   * be a loop of our own making.
   */
  config(isFirst: boolean): { readonly toolConfig?: ToolConfiguration }
}

/**
 * @param given - The caller's own `toolConfig`: its choice, and what is no definition of a tool, such as a cache point.
 * @throws TypeError or RangeError naming the tool that is wrong.
 */
export function createToolSet(
  tools: ToolDefinitions,
  given: ToolConfiguration | undefined,
): ToolSet {
  if (!isObject(tools)) throw refusal('tools', tools, 'tools by name')
  const names = Object.keys(tools)
  const specs = names.map((name) => toSpec(name, tools[name] as ToolDefinition))
  const others = given?.tools ?? []
  for (const { toolSpec } of others) {
    if (toolSpec === undefined) continue
    throw new TypeError(
      `\`input.toolConfig.tools\` must not define ${toolSpec.name}: \`tools\` does`,
    )
  }
  const all = [...specs, ...others]
  const first = { tools: all, ...(given?.toolChoice && { toolChoice: given.toolChoice }) }
  return {
    names,
    get: (name) => (Object.hasOwn(tools, name) ? tools[name] : undefined),
    config(isFirst) {
      if (all.length === 0) return {}
      return { toolConfig: isFirst ? first : { tools: all } }
    },
  }
}

function toSpec(name: string, tool: ToolDefinition): Tool {
  const at = `tools.${name}`
  if (!NAME.test(name)) {
    throw new TypeError(`\`${at}\` must have a name of 1 to 64 letters, digits, _ and -`)
  }
  if (!isObject(tool)) throw refusal(at, tool, 'a tool')
  const { description, inputSchema, timeoutMs, validate, run } = tool
  checkFunction(`${at}.run`, run)
  if (validate !== undefined) checkFunction(`${at}.validate`, validate)
  if (timeoutMs !== undefined) {
    checkNumber(`${at}.timeoutMs`, timeoutMs, { min: 1, max: MAX_TIMER_MS })
  }
  if (inputSchema?.['type'] !== 'object') {
    throw new TypeError(`\`${at}.inputSchema\` must be a schema with \`type: 'object'\``)
  }
  if (validate === undefined) checkSchema(`${at}.inputSchema`, inputSchema)
  return {
    toolSpec: {
      name,
      // Bedrock refuses an empty one.
      ...(description?.trim() && { description }),
      inputSchema: { json: toJson(`${at}.inputSchema`, inputSchema) as never },
    },
  }
}

function toJson(option: string, value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value))
  } catch {
    throw new TypeError(`\`${option}\` must be JSON`)
  }
}
