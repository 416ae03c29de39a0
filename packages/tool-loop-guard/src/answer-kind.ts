/**
 * What an output says: nothing that was asked for (`empty`), that something was done (`acknowledged`), or anything else
 * (`telling`). Work that is acknowledged in the same words goes on; a question that has the same answer whatever is asked
 * does not.
 */
export type AnswerKind = 'empty' | 'acknowledged' | 'telling'

const EMPTY =
  /^\s*(?:\[\s*\]|\{\s*\}|null|none|nil|nothing)\s*$|^(?:no|nothing|none|zero|0) .{0,60}$|\b(?:no|0|zero) (?:results?|match(?:es)?|files?|rows?|hits?|entries|records?|items?|documents?|data)\b|\bnot found\b|\bcould not find\b|\bnothing found\b/i
const NEGATIVE =
  /\b(?:not|no|never|fail\w*|errors?|denied|refused|unable|cannot|can't|couldn't|blocked|required|invalid|already|unchanged|expired|verify)\b/i
const DONE =
  /^(?:ok(?:ay)?|true|yes|done|success|sent|set|put|wrote|written|thanks?)\b|\b(?:\w{2,}ed|written|sent|done|success(?:ful(?:ly)?)?)\b/i

/** The most of a text that is read: acknowledgements are short. */
const MAX_READ = 200
/** The most of an object's values that are looked at, and how deep. */
const MAX_VALUES = 20
const MAX_DEPTH = 3

/**
 * What kind of answer an output is. Never throws.
 *
 * @param depth - In how many objects it is.
 */
export function answerKind(output: unknown, depth = 0): AnswerKind {
  if (typeof output === 'string') return kindOfText(output)
  if (output === null) return 'empty'
  if (typeof output !== 'object') return 'acknowledged'
  if (depth > MAX_DEPTH || ArrayBuffer.isView(output)) return 'telling'
  try {
    if (Array.isArray(output)) return output.length === 0 ? 'empty' : 'telling'
    return kindOfValues(firstValues(output), depth + 1)
  } catch {
    return 'telling'
  }
}

function kindOfText(text: string): AnswerKind {
  if (text.length > MAX_READ) return 'telling'
  // A shell that says nothing has done what it was told.
  if (text.trim() === '') return 'acknowledged'
  if (EMPTY.test(text)) return 'empty'
  const isDone = /^-?[\d.,]+$/.test(text.trim()) || (DONE.test(text) && !NEGATIVE.test(text))
  return isDone ? 'acknowledged' : 'telling'
}

function firstValues(object: object): unknown[] {
  const keys = Object.keys(object).slice(0, MAX_VALUES)
  return keys.map((key) => (object as Readonly<Record<string, unknown>>)[key])
}

function kindOfValues(values: readonly unknown[], depth: number): AnswerKind {
  const lists = values.filter((value) => typeof value === 'object')
  const isHollow = lists.every((value) => answerKind(value, depth) === 'empty')
  if (lists.length > 0) return isHollow ? 'empty' : 'telling'
  if (values.length === 0) return 'empty'
  return values.every((value) => answerKind(value) === 'acknowledged') ? 'acknowledged' : 'telling'
}
