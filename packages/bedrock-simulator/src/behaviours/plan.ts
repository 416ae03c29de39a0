import { exceptionShape, toErrorName } from '../exceptions.ts'
import type { Prepared } from '../operations/encode.ts'
import { errorFrame, exceptionFrame, withBadChecksum } from '../wire/event-stream.ts'
import type { Head } from '../wire/http-types.ts'
import type { Behaviour, KillBy, Place } from './behaviour.ts'

/** What will be sent and how it ends: the whole of a response, decided before its first byte. */
export interface Plan {
  readonly delayMs: number
  readonly gapMs: number
  /** Without it not even headers are sent. */
  readonly head: Head | undefined
  readonly parts: readonly Uint8Array[]
  readonly ending: 'end' | 'end-short' | 'hang' | { readonly kill: KillBy }
  /** Whether the model is to have worked, so that its tokens are counted. */
  readonly answered: boolean
}

/** Applies a behaviour to the response that the service would have given. */
export function planFor(behaviour: Behaviour, good: Prepared): Plan {
  const pace = { delayMs: behaviour.delayMs ?? 0, gapMs: behaviour.gapMs ?? 0 }
  const head = goodHead(good)
  const plan: Plan = { ...pace, head, parts: good.parts, ending: 'end', answered: true }
  switch (behaviour.type) {
    case 'reply':
      return plan
    case 'error':
      return { ...plan, ...errorResponse(behaviour.error, behaviour) }
    case 'raw':
      return { ...plan, ...rawResponse(behaviour) }
    case 'hang':
      return { ...plan, ...upTo(behaviour.at, good), ending: 'hang' }
    case 'kill':
      return { ...plan, ...upTo(behaviour.at, good), ending: { kill: behaviour.by } }
    case 'half-body':
      return halfBody(plan, good)
    case 'exception':
      if (!good.isStream)
        return { ...plan, ...errorResponse(toErrorName(behaviour.exception), behaviour) }
      return { ...plan, parts: [...good.parts.slice(0, behaviour.at), exception(behaviour)] }
    case 'error-frame':
      if (!good.isStream) return { ...plan, ...errorResponse(behaviour.code, behaviour) }
      return {
        ...plan,
        parts: [
          ...good.parts.slice(0, behaviour.at),
          errorFrame(behaviour.code, behaviour.message ?? exceptionShape(behaviour.code).message),
        ],
      }
    case 'end':
      if (!good.isStream) return halfBody(plan, good)
      return { ...plan, parts: good.parts.slice(0, behaviour.at) }
    case 'bad-checksum':
      return spoil(plan, good, behaviour.at, (frame, rest) => [withBadChecksum(frame), ...rest])
    case 'truncated-frame':
      return spoil(plan, good, behaviour.at, (frame) => [half(frame)])
  }
}

/** The response for one of the service's errors. */
export function errorResponse(
  type: string,
  options: {
    readonly status?: number | undefined
    readonly message?: string | undefined
    readonly headers?: Readonly<Record<string, string>> | undefined
    readonly fields?: Readonly<Record<string, unknown>> | undefined
  } = {},
): Pick<Plan, 'head' | 'parts' | 'ending' | 'answered'> {
  const shape = exceptionShape(type)
  const body = Buffer.from(
    JSON.stringify({
      message: options.message ?? shape.message,
      ...shape.fields,
      ...options.fields,
    }),
  )
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/`,
    ...options.headers,
  }
  return {
    head: { status: options.status ?? shape.status, headers },
    parts: [body],
    ending: 'end',
    answered: false,
  }
}

function rawResponse(
  raw: Extract<Behaviour, { type: 'raw' }>,
): Pick<Plan, 'head' | 'parts' | 'answered'> {
  const body =
    typeof raw.body === 'string'
      ? Buffer.from(raw.body)
      : raw.body instanceof Uint8Array
        ? raw.body
        : Buffer.from(raw.body.base64, 'base64')
  const headers = {
    'content-type': 'application/json',
    'content-length': String(body.length),
    ...raw.headers,
  }
  return { head: { status: raw.status ?? 200, headers }, parts: [body], answered: false }
}

function goodHead(good: Prepared): Head {
  const [body] = good.parts
  const length = good.isStream || !body ? {} : { 'content-length': String(body.length) }
  return { status: 200, headers: { ...good.headers, ...length } }
}

/** As much of a good response as comes before `place`. */
function upTo(place: Place, good: Prepared): Pick<Plan, 'head' | 'parts' | 'answered'> {
  const head = goodHead(good)
  if (place === 'before-headers') return { head: undefined, parts: [], answered: false }
  if (place === 'after-headers' || place === 0) return { head, parts: [], answered: true }
  if (!good.isStream) return { head, parts: good.parts.map(half), answered: true }
  const count = place === 'mid-body' ? Math.floor(good.parts.length / 2) : place
  return { head, parts: good.parts.slice(0, count), answered: true }
}

function halfBody(plan: Plan, good: Prepared): Plan {
  const whole = Buffer.concat(good.parts)
  const headers = { ...good.headers, 'content-length': String(whole.length) }
  return { ...plan, head: { status: 200, headers }, parts: [half(whole)], ending: 'end-short' }
}

function spoil(
  plan: Plan,
  good: Prepared,
  at: number,
  change: (frame: Uint8Array, rest: readonly Uint8Array[]) => Uint8Array[],
): Plan {
  if (!good.isStream) return halfBody(plan, good)
  const frame = good.parts[at]
  if (!frame) return plan
  return {
    ...plan,
    parts: [...good.parts.slice(0, at), ...change(frame, good.parts.slice(at + 1))],
  }
}

function exception(fault: Extract<Behaviour, { type: 'exception' }>): Buffer {
  const shape = exceptionShape(toErrorName(fault.exception))
  return exceptionFrame(fault.exception, {
    message: fault.message ?? shape.message,
    ...shape.fields,
    ...fault.fields,
  })
}

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}
