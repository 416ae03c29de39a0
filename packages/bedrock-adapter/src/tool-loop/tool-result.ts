import type { ToolResultBlock, ToolResultContentBlock } from '@aws-sdk/client-bedrock-runtime'
import { readProperty } from '@holdfast/internal'
import { isObject } from './json-schema/json.ts'

/** An error's message may be a whole page of HTML. */
const MAX_ERROR_LENGTH = 4_000

const BLOCKS = ['text', 'json', 'image', 'document', 'video', 'searchResult']

/**
 * A tool's output as the model gets it.
 *
 * @throws TypeError when it is not JSON: a BigInt, a cycle, a function.
 */
export function toContent(output: unknown): ToolResultContentBlock[] {
  if (output === undefined) return [{ text: 'Done. There is no output.' }]
  if (typeof output === 'string') {
    return [{ text: output.trim() === '' ? 'The output is empty.' : output }]
  }
  if (isContent(output)) {
    return output.map((block) => (block.json === undefined ? block : { json: plain(block.json) }))
  }
  const json = plain(output)
  // Bedrock takes nothing but objects for JSON.
  return [isObject(json) ? { json: json as never } : { text: JSON.stringify(json) }]
}

/** The result of a call that was not run, or that failed. */
export function errorResult(toolUseId: string, text: string): ToolResultBlock {
  return { toolUseId, status: 'error', content: [{ text }] }
}

/** What went wrong, by an error's message: its stack is nobody's business. Anything may have been thrown. */
export function messageOf(error: unknown): string {
  const message = readProperty(error, 'message') ?? error
  const text = typeof message === 'string' || typeof message === 'number' ? `${message}` : ''
  if (text.trim() === '') return 'no reason was given'
  return text.length > MAX_ERROR_LENGTH ? `${text.slice(0, MAX_ERROR_LENGTH)}…` : text
}

/** Whether it is a list of Bedrock's own blocks, and not of something else: one wrong block spoils the whole conversation. */
function isContent(output: unknown): output is ToolResultContentBlock[] {
  if (!Array.isArray(output) || output.length === 0) return false
  return output.every((block) => {
    const [key = '', ...rest] = isObject(block) ? Object.keys(block) : []
    if (rest.length > 0 || !BLOCKS.includes(key)) return false
    return key === 'text' ? typeof block.text === 'string' : isObject(block[key])
  })
}

/** As JSON will have it. */
function plain(value: unknown): never {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    throw new TypeError(`The output is not JSON: ${messageOf(error)}`)
  }
  if (text === undefined) throw new TypeError(`The output is not JSON: it is a ${typeof value}`)
  return JSON.parse(text) as never
}
