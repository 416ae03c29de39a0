import type { Answer, Ask } from '../behaviours/answer.ts'

/** One event of a stream, before it is framed. */
export interface StreamEvent {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** How a family of models is asked and answers. */
export interface Format {
  /** Understands a request, or throws the service's error. */
  read(model: string, body: Record<string, unknown>): Ask
  /** The whole answer as one JSON value. */
  body(answer: Answer): Readonly<Record<string, unknown>>
  /** The same answer, event by event. */
  events(answer: Answer): readonly StreamEvent[]
}

/** Cuts words into at most `count` groups of like size, spaces kept: together they are the text again. */
export function wordGroups(text: string, count: number): string[] {
  return spread(text.split(/(?<=\s)(?=\S)/), count).map((words) => words.join(''))
}

/** Cuts a text without words, such as JSON, into at most `count` pieces. */
export function pieces(text: string, count: number): string[] {
  return spread([...text], count).map((letters) => letters.join(''))
}

function spread<T>(items: readonly T[], count: number): T[][] {
  const groups = Math.max(1, Math.min(count, items.length))
  return Array.from({ length: groups }, (_, group) =>
    items.slice(
      Math.floor((group * items.length) / groups),
      Math.floor(((group + 1) * items.length) / groups),
    ),
  )
}
