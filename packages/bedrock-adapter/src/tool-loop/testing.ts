import type { ContentBlock, Message, ToolResultBlock } from '@aws-sdk/client-bedrock-runtime'
import type { ToolLoopGuard, Verdict } from '@holdfast/tool-loop-guard'
import { ToolLoopError } from '@holdfast/tool-loop-guard'
import { expect, type Mock, vi } from 'vitest'
import type { ToolLoopOptions } from './tool-loop-options.ts'

/** What the model says: text, calls, or blocks of any kind. */
export interface Said {
  readonly content: readonly object[]
  readonly stopReason?: string
}

export const say = (text: string): Said => ({ content: [{ text }], stopReason: 'end_turn' })

export const call = (id: string, name: string, input: unknown = {}): object => ({
  toolUse: { toolUseId: id, name, input },
})

export const calls = (...content: readonly object[]): Said => ({ content, stopReason: 'tool_use' })

const USAGE = { inputTokens: 10, outputTokens: 5, totalTokens: 15 }

/** What a model does when it is asked. */
export type Answer = Said | Error | 'hang'

type Request = { messages: Message[]; toolConfig?: { tools: object[]; toolChoice?: object } }
type Send = (command: { input: Request }, options?: object) => Promise<object>

/** A stand-in for the SDK's client, and what it was asked. */
export interface FakeModel {
  readonly client: ToolLoopOptions['client']
  readonly send: Mock<Send>
  readonly requests: readonly Request[]
}

/** Gives these answers one after another, then says that it is done. */
export function fakeModel(...answers: readonly Answer[]): FakeModel {
  const waiting = [...answers]
  const requests: Request[] = []
  const send = vi.fn<Send>(async ({ input }) => {
    requests.push(input)
    expectSendable(input.messages)
    const next = waiting.shift() ?? say('done')
    if (next === 'hang') return await new Promise(() => {})
    if (next instanceof Error) throw next
    const { content, stopReason = 'end_turn' } = next
    return { output: { message: { role: 'assistant', content } }, stopReason, usage: USAGE }
  })
  return { send, requests, client: { send } as unknown as ToolLoopOptions['client'] }
}

/** A guard whose verdicts are given, and what it was told. */
export interface ScriptedGuard extends ToolLoopGuard {
  readonly before: Mock<ToolLoopGuard['before']>
  readonly after: Mock<ToolLoopGuard['after']>
  readonly turn: Mock<ToolLoopGuard['turn']>
}

/** A guard that says what it is told to: of answers in order, and of calls by their id. */
export function scriptedGuard(
  ofAnswers: readonly Verdict[],
  ofCalls: Record<string, Verdict> = {},
): ScriptedGuard {
  const allow: Verdict = { action: 'allow' }
  const waiting = [...ofAnswers]
  return {
    name: 'scripted',
    mode: 'enforce',
    before: vi.fn<ToolLoopGuard['before']>(({ id }) => ofCalls[id ?? ''] ?? allow),
    after: vi.fn<ToolLoopGuard['after']>(),
    turn: vi.fn<ToolLoopGuard['turn']>(() => waiting.shift() ?? allow),
    error: () =>
      new ToolLoopError('The run was stopped', {
        reason: 'same-call',
        evidence: { detector: 'same-call', count: 3, limit: 3 },
        history: [],
        usage: { steps: 1, calls: 1, tokens: 1, cost: 0, wallMs: 0 },
        snapshot: { version: 2 },
      }),
    reset() {},
    snapshot: () => ({ version: 2 }),
  }
}

export function verdict(
  action: Exclude<Verdict['action'], 'allow'>,
  message = `${action}!`,
): Verdict {
  return {
    action,
    reason: 'same-call',
    message,
    evidence: { detector: 'same-call', count: 3, limit: 3 },
  }
}

export const hello: Message[] = [{ role: 'user', content: [{ text: 'Hello.' }] }]

/** The results in a message, by the id of their call. */
export function resultsIn(message: Message | undefined): (ToolResultBlock | undefined)[] {
  return (message?.content ?? []).map(({ toolResult }) => toolResult)
}

/** Whether Bedrock would take these messages: by turns, and each tool use with its one result, in order, right behind. */
export function expectSendable(messages: readonly Message[]): void {
  const ids = (message: Message | undefined, kind: 'toolUse' | 'toolResult') =>
    (message?.content ?? []).flatMap((block: ContentBlock) => block[kind]?.toolUseId ?? [])
  for (const [index, message] of messages.entries()) {
    expect(message.role).toBe(index % 2 === 0 ? 'user' : 'assistant')
    expect(message.content?.length).toBeGreaterThan(0)
    expect(ids(messages[index + 1], 'toolResult')).toEqual(ids(message, 'toolUse'))
  }
  const all = messages.flatMap((message) => ids(message, 'toolUse'))
  expect(new Set(all).size).toBe(all.length)
}
