/**
 * What an answer of a tool is:
 *
 * - `failure`: the tool failed, or says that it could not do what was asked.
 * - `nothing`: the tool worked and found nothing.
 * - `brief`: a short answer such as `ok`, `alive`, or `0 vulnerabilities`. Many inputs may have the same one.
 * - `content`: anything longer. The same content for different inputs does not depend on the input.
 */
export type AnswerKind = 'failure' | 'nothing' | 'brief' | 'content'

/** What an answer says. */
export interface Answer {
  readonly kind: AnswerKind
  /** Whether it says that something is still under way, so that the same call may be made again. */
  readonly isPending: boolean
  /** Whether it tells of a failure: as a whole, or somewhere in a longer text, as the output of a test run does. */
  readonly tellsFailure: boolean
}

/** The longest text that may be brief, the longest that is read as a statement, and how much of longer ones is searched. */
const MAX_BRIEF = 80
const MAX_STATEMENT = 240
const MAX_SEARCHED = 600
/** The most values of an object that are read, how deep, and how many of them a brief answer may have. */
const MAX_VALUES = 20
const MAX_DEPTH = 3
const MAX_BRIEF_VALUES = 3

const NOTHING =
  /^\s*(?:\[\s*\]|\{\s*\}|null|none|nil|nothing)\s*$|^(?:none|nothing)\b(?! to )|\b(?:no|0|zero) (?:\w+ )?(?:results?|match(?:es)?|files?|rows?|hits?|entries|records?|items?|documents?|data|answers?|information|pages?|messages?|events?|flights?|slots?|memor(?:y|ies)|tools?|tasks?|content|output)\b|\bnot found\b|\bnothing (?:\w+ )?found\b|\b(?:could(?: not|n't)|can(?:not|'t)|unable to|did(?: not|n't)) (?:find|be found)\b|\bno such\b|\bdoes(?: not|n't) exist\b|\b(?:do|does)(?: not|n't) have any\b/i
/** Bad things that there are none of: good news in bad words. */
const GOOD_NEWS =
  /\b(?:no|0|zero|without(?: any)?) (?:\w+ )?(?:errors?|failures?|failed|failing|warnings?|problems?|issues?)\b|\b(?:errors?|failures?|failed|failing)\s*[:=]\s*0\b/gi
const FAILURE =
  /^\W*(?:errors?|failed|failure|fatal|exception|denied|refused|rejected|forbidden|unauthori[sz]ed|invalid|cannot|can't|couldn't|could not|unable|usage:)\b|\b(?:permission|access|request) (?:was )?denied\b|\bnot (?:\w+ )?(?:mounted|available|allowed|permitted|supported|authori[sz]ed|accessible|enabled|configured|connected|installed|implemented|possible|recogni[sz]ed)\b|\bcommand not found\b|\bcaptcha\b|\bare (?:a )?human\b|\b(?:log|sign) in to\b/i
/** An acknowledgment, which may be longer than other brief answers. */
const DONE =
  /^(?:ok(?:ay)?|yes|done|success)\b|\b(?:successfully|(?:has|have|was|were|been) (?:\w+ly )?\w+ed|(?:up|creat|add|sav|delet|remov|insert|appli|edit|replac|mov|renam|install|complet|insert|record|book|assign|clos|label)ed|updated|written|sent)\b/i
/** Words by which builds, tests, and programs tell of a failure. */
const TELLS_FAILURE =
  /\bFAIL(?:ED|URE|S)?\b|\b[1-9]\d* (?:\w+ )?(?:failed|failing|failures?|errors?)\b|\berror(?:\[\w+\])?(?: \w+\d+)?:|\bTraceback\b|\bexit(?:ed)? (?:with )?(?:code|status):? [1-9]|\b(?:\w+Error|\w+Exception):|\bpanicked\b|\bnot ok\b/
/** `Compiling kelp v1.2`, as the last line of a log, says so too. */
const PENDING =
  /\b(?:pending|queued|running|in[ _-]?progress|waiting|not (?:yet|ready|done|finished|complete)|yet|still|processing|initiali[sz]ing|starting|provisioning|building|compiling|deploying|uploading|downloading|creating|scheduled|elapsed|no new|remaining|under way)\b|^\W*[A-Z]?[a-z]+ing\b/i

/** Whether a command or a statement names a state in which something is under way. */
export function namesPending(text: string): boolean {
  return PENDING.test(text.slice(0, MAX_SEARCHED))
}

/** What an output says. Never throws. */
export function readAnswer(output: unknown): Answer {
  const value = unwrapped(output)
  const text = typeof value === 'string' ? value : textOf(value)
  const isLong = text.length > 2 * MAX_SEARCHED
  const searched = isLong ? `${text.slice(0, MAX_SEARCHED)}\n${text.slice(-MAX_SEARCHED)}` : text
  const kind = kindOf(value, 0)
  const tellsFailure = kind === 'failure' || TELLS_FAILURE.test(searched.replace(GOOD_NEWS, ''))
  return { kind, tellsFailure, isPending: kind !== 'failure' && !isLong && PENDING.test(searched) }
}

function kindOfText(text: string): AnswerKind {
  if (text.length > MAX_STATEMENT) return 'content'
  const trimmed = text.trim()
  // A command that prints nothing has done what it was told.
  if (trimmed === '') return 'brief'
  if (FAILURE.test(trimmed.replace(GOOD_NEWS, ''))) return 'failure'
  if (NOTHING.test(trimmed)) return 'nothing'
  const isBrief = trimmed.length <= MAX_BRIEF && !trimmed.includes('\n')
  return isBrief || DONE.test(trimmed) ? 'brief' : 'content'
}

function kindOf(value: unknown, depth: number): AnswerKind {
  if (typeof value === 'string') return kindOfText(value)
  if (value === null) return 'nothing'
  if (typeof value !== 'object') return 'brief'
  if (depth >= MAX_DEPTH || ArrayBuffer.isView(value)) return 'content'
  try {
    if (Array.isArray(value)) return value.length === 0 ? 'nothing' : 'content'
    return kindOfObject(value as Readonly<Record<string, unknown>>, depth + 1)
  } catch {
    return 'content'
  }
}

function kindOfObject(object: Readonly<Record<string, unknown>>, depth: number): AnswerKind {
  if (object['ok'] === false || object['success'] === false || object['isError'] === true) {
    return 'failure'
  }
  const values: unknown[] = []
  for (const key of Object.keys(object).slice(0, MAX_VALUES)) {
    const value = object[key]
    const isBlank = value === null || (Array.isArray(value) && value.length === 0)
    // Of these it is good to have none.
    if (BAD_THINGS.test(key) && (isBlank || !value)) continue
    if (key === 'error') return 'failure'
    values.push(value)
  }
  if (values.length === 0) return 'nothing'
  const kinds = values.map((value) => kindOf(value, depth))
  const nested = kinds.filter((_, at) => typeof values[at] === 'object')
  // `{ query: 'kelp', hits: [] }` has found nothing.
  if (nested.length > 0) return nested.every((kind) => kind === 'nothing') ? 'nothing' : 'content'
  for (const kind of ['failure', 'content', 'nothing'] as const) {
    if (kinds.includes(kind)) return kind
  }
  return values.length <= MAX_BRIEF_VALUES ? 'brief' : 'content'
}

const BAD_THINGS = /^(?:errors?|warnings?|issues|problems|failures|diagnostics|conflicts)$/i

/** The text of a result that is made of text blocks, as those of MCP are; any other value as it is. */
function unwrapped(output: unknown): unknown {
  try {
    const { content, isError } = Object(output) as { content?: unknown; isError?: unknown }
    if (!Array.isArray(content) || content.length === 0 || isError === true) return output
    const texts = content.slice(0, MAX_VALUES).map((block) => Object(block).text as unknown)
    return texts.every((text) => typeof text === 'string') ? texts.join('\n') : output
  } catch {
    return output
  }
}

/** The texts in a value, as far as they are searched. */
function textOf(value: unknown): string {
  const parts: string[] = []
  collect(value, 0, parts)
  return parts.join('\n')
}

function collect(value: unknown, depth: number, parts: string[]): void {
  if (typeof value === 'string') parts.push(value.slice(0, MAX_SEARCHED))
  else if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) {
    try {
      if (ArrayBuffer.isView(value)) return
      for (const key of Object.keys(value)) {
        if (parts.length >= MAX_VALUES) return
        collect((value as Readonly<Record<string, unknown>>)[key], depth + 1, parts)
      }
    } catch {
      // What cannot be read says nothing.
    }
  }
}
