/** A type by its name, a text by its pattern, a list by what each of its members is, an object by its fields. */
type Shape = 'number' | 'string' | 'boolean' | RegExp | readonly Shape[] | ShapeOfObject
/** A field that need not be there ends in `?`. */
interface ShapeOfObject {
  readonly [field: string]: Shape
}

const EVIDENCE: Shape = {
  detector: 'string',
  'tool?': 'string',
  count: 'number',
  limit: 'number',
  'period?': 'number',
}

const CALL: Shape = {
  'id?': 'string',
  tool: 'string',
  key: 'number',
  outcome: /^(?:pending|blocked|output|error|outage)$/,
  'result?': 'number',
  'mark?': 'number',
  'kind?': 'string',
  isProgress: 'boolean',
  isUnknown: 'boolean',
}

/** What a snapshot must hold for a guard to go on from it. */
export const SHAPE: Shape = {
  steps: 'number',
  used: { steps: 'number', calls: 'number', tokens: 'number', cost: 'number' },
  earlierMs: 'number',
  isTold: { turns: 'boolean', results: 'boolean' },
  blocks: { count: 'number', at: 'number' },
  finishedAt: 'number',
  streaks: [{ detector: 'string', 'tool?': 'string', at: 'number' }],
  'last?': EVIDENCE,
  callsPerTool: [{ 0: 'string', 1: 'number' }],
  replays: [
    {
      id: 'string',
      key: 'number',
      replays: 'number',
      said: { action: /^(?:allow|warn|block|finish|stop)$/, 'evidence?': EVIDENCE },
    },
  ],
  history: [{ 'text?': 'number', calls: [CALL] }],
}

/** Where a value is not of this shape. */
export function misfit(value: unknown, shape: Shape, place: string): string | undefined {
  if (typeof shape === 'string') return typeof value === shape ? undefined : place
  if (shape instanceof RegExp) {
    return typeof value === 'string' && shape.test(value) ? undefined : place
  }
  if (Object(value) !== value || (isList(shape) && !Array.isArray(value))) return place
  const fields = value as Readonly<Record<string, unknown>>
  const wanted = isList(shape)
    ? Object.keys(fields).map((at) => [at, shape[0] as Shape] as const)
    : Object.entries(shape)
  for (const [name, inner] of wanted) {
    const key = name.replace('?', '')
    if (key !== name && fields[key] === undefined) continue
    const found = misfit(fields[key], inner, `${place}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}

function isList(shape: readonly Shape[] | ShapeOfObject): shape is readonly Shape[] {
  return Array.isArray(shape)
}
