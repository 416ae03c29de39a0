/**
 * What a value of a snapshot must be: `count` is an integer from 0, `amount` a finite number from 0, `hash` an integer of 53
 * bits. A text is given by a pattern, a list by its members' shape and its greatest length, an object by its fields.
 */
type Shape = 'count' | 'amount' | 'hash' | 'boolean' | RegExp | ShapeOfList | ShapeOfObject
interface ShapeOfList {
  readonly each: Shape
  readonly atMost: number
}
/** A field that may be missing ends in `?`. */
interface ShapeOfObject {
  readonly fields: Readonly<Record<string, Shape>>
}

/** A name or an id. Each is bounded where it comes in. */
const NAME = /^[\s\S]{0,300}$/

const EVIDENCE: Shape = {
  fields: { detector: NAME, 'tool?': NAME, count: 'amount', limit: 'amount' },
}

const CALL: Shape = {
  fields: {
    'id?': NAME,
    tool: NAME,
    key: 'hash',
    outcome: /^(?:pending|blocked|output|error|outage)$/,
    effect: /^(?:reads|changes|waits|none|unknown)$/,
    'result?': 'hash',
    'mark?': 'hash',
    'kind?': /^(?:failure|nothing|brief|content)$/,
    'tellsFailure?': 'boolean',
    'isWait?': 'boolean',
    isNew: 'boolean',
    isProgress: 'boolean',
    isUnknown: 'boolean',
  },
}

/** What a snapshot must hold for a guard to continue from it. The greatest lengths are above those that a guard keeps. */
export const SHAPE: Shape = {
  fields: {
    steps: 'count',
    stepsWithoutProgress: 'count',
    used: { fields: { steps: 'count', calls: 'count', tokens: 'amount', cost: 'amount' } },
    earlierMs: 'amount',
    isTold: { fields: { turns: 'boolean', results: 'boolean' } },
    blocks: { fields: { count: 'count', at: 'count' } },
    finishedAt: 'count',
    streaks: {
      each: { fields: { detector: NAME, 'tool?': NAME, at: 'count' } },
      atMost: 10_000,
    },
    'last?': EVIDENCE,
    callsPerTool: { each: { fields: { 0: NAME, 1: 'count' } }, atMost: 1000 },
    replays: {
      each: {
        fields: {
          id: NAME,
          key: 'hash',
          replays: 'count',
          said: {
            fields: { action: /^(?:allow|warn|block|finish|stop)$/, 'evidence?': EVIDENCE },
          },
        },
      },
      atMost: 1000,
    },
    history: {
      each: {
        fields: { 'text?': 'hash', 'isExempt?': 'boolean', calls: { each: CALL, atMost: 1000 } },
      },
      atMost: 100,
    },
  },
}

/** The place where a value does not have this shape; `undefined` if it has. */
export function misfit(value: unknown, shape: Shape, place: string): string | undefined {
  if (typeof shape === 'string') return fits(value, shape) ? undefined : place
  if (shape instanceof RegExp) {
    return typeof value === 'string' && shape.test(value) ? undefined : place
  }
  if ('each' in shape) {
    if (!Array.isArray(value) || value.length > shape.atMost) return place
    for (const [at, member] of value.entries()) {
      const found = misfit(member, shape.each, `${place}.${at}`)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (Object(value) !== value) return place
  const fields = value as Readonly<Record<string, unknown>>
  for (const [name, inner] of Object.entries(shape.fields)) {
    const key = name.replace('?', '')
    if (key !== name && fields[key] === undefined) continue
    const found = misfit(fields[key], inner, `${place}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function fits(value: unknown, shape: 'count' | 'amount' | 'hash' | 'boolean'): boolean {
  if (shape === 'boolean') return typeof value === 'boolean'
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return false
  return shape === 'amount' || Number.isSafeInteger(value)
}
