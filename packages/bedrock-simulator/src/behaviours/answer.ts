import type { Random } from '../random.ts'
import type { ContentBlock, ReplyFields, Usage } from './behaviour.ts'
import { sampleInput } from './sample-input.ts'
import { tokensOf } from './tokens.ts'

/** What the simulator understood of a request. */
export interface Ask {
  readonly model: string
  readonly inputTokens: number
  /** The limit that the request sets to the answer, in tokens. */
  readonly maxTokens: number | undefined
  /** The last text of the user, for the echo. */
  readonly lastText: string
  /** The tool that the request insists on (`toolChoice` `any` or `tool`). */
  readonly forcedTool: { readonly name: string; readonly schema: unknown } | undefined
  /** Members of the request that the service repeats in the response. */
  readonly echoed: Readonly<Record<string, unknown>>
}

/** A block of which nothing is left open. */
export type AnswerBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly type: 'reasoning'; readonly text: string; readonly signature: string }

/** A whole answer, before it takes the form of an operation. */
export interface Answer {
  readonly model: string
  readonly blocks: readonly AnswerBlock[]
  readonly stopReason: string
  readonly usage: Usage
  readonly latencyMs: number
  readonly firstTokenMs: number
  readonly deltas: number
  /** Whether a script said what to answer. */
  readonly scripted: boolean
  readonly echoed: Readonly<Record<string, unknown>>
  readonly random: Random
}

/** Reported latency in milliseconds: `firstTokenMs`, then `perTokenMs` for each token of output. */
export interface Latency {
  /** Default 350. */
  readonly firstTokenMs?: number | undefined
  /** Default 12. */
  readonly perTokenMs?: number | undefined
}

const DEFAULT_DELTAS = 5
const CHARACTERS_PER_TOKEN = 4

/** Fills in all that `reply` leaves open: the same request and seed give the same answer. */
export function makeAnswer(ask: Ask, reply: ReplyFields, latency: Latency, random: Random): Answer {
  const scripted = reply.text !== undefined || reply.content !== undefined
  const { blocks, cut } = scripted
    ? { blocks: scriptedBlocks(reply, random), cut: false }
    : defaultBlocks(ask, random)
  const outputTokens = blocks.reduce((sum, block) => sum + blockTokens(block), 0)
  const usage = fillUsage(reply.usage, ask.inputTokens, outputTokens)
  const firstTokenMs = latency.firstTokenMs ?? 350
  return {
    model: ask.model,
    blocks,
    stopReason: reply.stopReason ?? (cut ? 'max_tokens' : naturalStop(blocks)),
    usage,
    firstTokenMs,
    latencyMs:
      reply.latencyMs ?? Math.round(firstTokenMs + (latency.perTokenMs ?? 12) * usage.outputTokens),
    deltas: reply.deltas ?? DEFAULT_DELTAS,
    scripted,
    echoed: ask.echoed,
    random,
  }
}

function blockTokens(block: AnswerBlock): number {
  return tokensOf(block.type === 'tool' ? [block.name, block.input] : block.text)
}

function naturalStop(blocks: readonly AnswerBlock[]): string {
  return blocks.some((block) => block.type === 'tool') ? 'tool_use' : 'end_turn'
}

function fillUsage(given: Partial<Usage> = {}, input: number, output: number): Usage {
  const inputTokens = given.inputTokens ?? input
  const outputTokens = given.outputTokens ?? output
  const cached = (given.cacheReadInputTokens ?? 0) + (given.cacheWriteInputTokens ?? 0)
  return {
    ...given,
    inputTokens,
    outputTokens,
    totalTokens: given.totalTokens ?? inputTokens + outputTokens + cached,
  }
}

function scriptedBlocks(reply: ReplyFields, random: Random): AnswerBlock[] {
  const text = reply.text === undefined ? [] : [{ text: reply.text }]
  return [...text, ...(reply.content ?? [])].map((block) => toAnswerBlock(block, random))
}

function toAnswerBlock(block: ContentBlock, random: Random): AnswerBlock {
  if ('text' in block) return { type: 'text', text: block.text }
  if ('toolUse' in block) {
    const { name, input, toolUseId } = block.toolUse
    return { type: 'tool', id: toolUseId ?? toolId(random), name, input }
  }
  const { text, signature } = block.reasoningContent.reasoningText
  return { type: 'reasoning', text, signature: signature ?? token(random, 48) }
}

function defaultBlocks(ask: Ask, random: Random): { blocks: AnswerBlock[]; cut: boolean } {
  if (ask.forcedTool) {
    const { name, schema } = ask.forcedTool
    const input = sampleInput(schema)
    return { blocks: [{ type: 'tool', id: toolId(random), name, input }], cut: false }
  }
  const whole = `The simulator answers as ${ask.model}. You said: ${ask.lastText.slice(0, 400)}`
  const room = (ask.maxTokens ?? Number.POSITIVE_INFINITY) * CHARACTERS_PER_TOKEN
  return { blocks: [{ type: 'text', text: whole.slice(0, room) }], cut: whole.length > room }
}

function toolId(random: Random): string {
  return `tooluse_${token(random, 22)}`
}

/** Letters and digits as in the service's ids. */
export function token(random: Random, length: number): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('')
}
