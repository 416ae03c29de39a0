import type { Message } from '@aws-sdk/client-bedrock-runtime'

/**
 * Joins messages of one role that follow each other, which Bedrock refuses. So a word of the user may be added to the
 * messages of a run that ended with results of tools.
 */
export function joinMessages(messages: readonly Message[]): Message[] {
  const joined: Message[] = []
  for (const message of messages) {
    const last = joined.at(-1)
    if (last === undefined || last.role !== message.role) joined.push(message)
    else joined[joined.length - 1] = joinTwo(last, message)
  }
  return joined
}

function joinTwo(first: Message, second: Message): Message {
  return { role: first.role, content: [...(first.content ?? []), ...(second.content ?? [])] }
}
