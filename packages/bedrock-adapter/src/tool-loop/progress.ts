import type { Message, ToolResultBlock } from '@aws-sdk/client-bedrock-runtime'
import { idsIn, type ModelAnswer, type ReadAnswer, readAnswer } from './answer.ts'
import { joinMessages } from './join-messages.ts'
import type { NotedVerdict } from './tool-loop-events.ts'
import type { ToolLoopProgress } from './tool-loop-result.ts'
import { errorResult } from './tool-result.ts'
import { addUsage, NO_USAGE, type ToolLoopUsage } from './usage.ts'

/** Keeps the conversation of a run in a state in which it can be sent again, however the run ends. */
export class Progress implements ToolLoopProgress {
  readonly messages: Message[]
  readonly verdicts: NotedVerdict[] = []
  usage: ToolLoopUsage = NO_USAGE
  steps = 0
  /** The calls of the last answer, with their results so far. */
  readonly #open = new Map<string, ToolResultBlock | undefined>()
  readonly #usedIds: Set<string>

  constructor(messages: readonly Message[] = []) {
    this.messages = joinMessages(messages)
    this.#usedIds = idsIn(messages)
  }

  /** Takes an answer. Its calls are open until `close`. */
  add(answer: ModelAnswer): ReadAnswer {
    const read = readAnswer(answer, this.#usedIds)
    this.steps++
    this.usage = addUsage(this.usage, answer.usage)
    if (read.message) this.messages.push(read.message)
    for (const { toolUseId } of read.calls) this.#open.set(toolUseId, undefined)
    return read
  }

  /** The result of a call. */
  settle(result: ToolResultBlock): void {
    this.#open.set(result.toolUseId as string, result)
  }

  /** Gives the results to the conversation, in the order of the calls. Those that have none get `otherwise`. */
  close(otherwise: string): void {
    if (this.#open.size === 0) return
    const content = [...this.#open].map(([id, result]) => ({
      toolResult: result ?? errorResult(id, otherwise),
    }))
    this.messages.push({ role: 'user', content })
    this.#open.clear()
  }

  /** What has been done, apart from what will be. */
  facts(): ToolLoopProgress {
    const { messages, usage, steps, verdicts } = this
    return { messages: [...messages], usage, steps, verdicts: [...verdicts] }
  }
}
