import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { Behaviour } from '../behaviours/behaviour.ts'
import { isRecord } from '../json.ts'
import {
  anything,
  boolean,
  type Check,
  choice,
  filled,
  integer,
  list,
  milliseconds,
  oneOf,
  record,
  shape,
  string,
  wrongType,
  wrongValue,
} from './checks.ts'

const count = integer(0)
const status = integer(200, 599)
// Error codes of HTTP/2 are 32 bits wide.
const code = integer(0, 2 ** 32 - 1)
const fields = record(anything)

const headers: Check = (value, path) => {
  record(string)(value, path)
  for (const [name, text] of Object.entries(value as Record<string, string>)) {
    try {
      validateHeaderName(name)
      validateHeaderValue(name, text)
    } catch {
      throw wrongValue(path, 'names and values that HTTP allows', `${name}: ${text}`)
    }
  }
}

// It goes into a header, where HTTP allows no line breaks and the like.
const errorName: Check = (value, path) => {
  filled(value, path)
  if (!/^[\w.#:/-]{1,200}$/.test(value as string)) {
    throw wrongValue(path, "a name such as 'ThrottlingException'", value)
  }
}

// A header of the event stream holds at most 65535 bytes.
const frameText: Check = (value, path) => {
  string(value, path)
  if (Buffer.byteLength(value as string) > 65_535)
    throw wrongValue(path, 'at most 65535 bytes', value)
}

const place: Check = (value, path) => {
  if (typeof value === 'number') return count(value, path)
  const places = ['before-headers', 'after-headers', 'mid-body']
  const expected = `${choice(places)}, or a number of events`
  if (typeof value !== 'string') throw wrongType(path, expected, value)
  if (!places.includes(value)) throw wrongValue(path, expected, value)
}

const killBy: Check = (value, path) => {
  if (isRecord(value)) {
    if ('rstStream' in value) return shape({ rstStream: code })(value, path)
    return shape({ goaway: code }, { silent: boolean })(value, path)
  }
  if (value !== 'fin' && value !== 'rst') {
    throw wrongType(path, "'fin', 'rst', { rstStream: code } or { goaway: code }", value)
  }
}

const bytes: Check = (value, path) => {
  if (typeof value === 'string' || value instanceof Uint8Array) return
  if (!isRecord(value)) throw wrongType(path, 'a string, bytes or { base64 }', value)
  shape({ base64: string })(value, path)
}

const contentBlock: Check = (value, path) => {
  if (!isRecord(value)) throw wrongType(path, 'a content block', value)
  if ('text' in value) return shape({ text: string })(value, path)
  if ('toolUse' in value) {
    const toolUse = shape({ name: filled, input: json }, { toolUseId: filled })
    return shape({ toolUse })(value, path)
  }
  if ('reasoningContent' in value) {
    const reasoningText = shape({ text: string }, { signature: string })
    return shape({ reasoningContent: shape({ reasoningText }) })(value, path)
  }
  throw wrongType(path, "a block with 'text', 'toolUse' or 'reasoningContent'", value)
}

const json: Check = (value, path) => {
  try {
    if (JSON.stringify(value) !== undefined) return
  } catch {
    // A circle or a bigint: the same message as for a function.
  }
  throw wrongType(path, 'a JSON value', value)
}

const replyFields = {
  text: string,
  content: list(contentBlock),
  stopReason: filled,
  usage: shape(
    {},
    {
      inputTokens: count,
      outputTokens: count,
      totalTokens: count,
      cacheReadInputTokens: count,
      cacheWriteInputTokens: count,
    },
  ),
  latencyMs: milliseconds,
  deltas: integer(1, 10_000),
}

const members: Readonly<
  Record<
    Behaviour['type'],
    readonly [required: Record<string, Check>, optional: Record<string, Check>]
  >
> = {
  reply: [{}, replyFields],
  error: [{ error: errorName }, { status, message: string, headers, fields }],
  raw: [{ body: bytes }, { status, headers }],
  hang: [{ at: place }, {}],
  exception: [
    { at: count, exception: errorName },
    { message: string, fields },
  ],
  'error-frame': [{ at: count, code: errorName }, { message: frameText }],
  'bad-checksum': [{ at: count }, {}],
  'truncated-frame': [{ at: count }, {}],
  end: [{ at: count }, {}],
  'half-body': [{}, {}],
  kill: [{ at: place, by: killBy }, {}],
}

const type = oneOf(...Object.keys(members))

/** Throws a TypeError or RangeError that names what is wrong with a behaviour and what is allowed. */
export const checkBehaviour: Check = (value, path) => {
  if (!isRecord(value)) throw wrongType(path, 'a behaviour', value)
  type(value['type'], `${path}.type`)
  const [required, optional] = members[value['type'] as Behaviour['type']]
  const pace = {
    delayMs: milliseconds,
    gapMs: milliseconds,
    ...(value['type'] !== 'reply' && { reply: shape({}, replyFields) }),
  }
  shape({ type, ...required }, { ...optional, ...pace })(value, path)
}
