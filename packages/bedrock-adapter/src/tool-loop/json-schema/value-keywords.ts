import { canonical, kindOf, preview } from './json.ts'
import { COUNT, type Keyword, limit } from './keyword.ts'

const TYPES = ['null', 'boolean', 'number', 'integer', 'string', 'array', 'object']
const NUMBER = ['a number', (value: unknown): boolean => Number.isFinite(value)] as const
const isType = (value: unknown) => TYPES.includes(value as string)

/** Keywords for values of any kind. */
export const valueKeywords = (): Readonly<Record<string, Keyword>> => ({
  type: {
    mustBe: `one or several of ${TYPES.join(', ')}`,
    isRight: (value) => isType(value) || (isFilled(value) && value.every(isType)),
    check(value: string | readonly string[], { data, problem }) {
      const types = [value].flat()
      const kind = kindOf(data) ?? typeof data
      if (types.includes(kind) || (types.includes('integer') && Number.isInteger(data))) return
      problem(`must be ${types.join(' or ')}, not ${kind}`)
    },
  },
  enum: {
    mustBe: 'a list with something in it',
    isRight: isFilled,
    check(value: readonly unknown[], { data, problem }) {
      const text = canonical(data)
      if (value.some((each) => canonical(each) === text)) return
      const shown = value.slice(0, 20).map(preview).join(', ')
      problem(`must be one of ${shown}${value.length > 20 ? ', …' : ''}`)
    },
  },
  const: {
    mustBe: 'any value',
    isRight: () => true,
    check(value: unknown, { data, problem }) {
      if (canonical(data) !== canonical(value)) problem(`must be ${preview(value)}`)
    },
  },
})

function isFilled(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && value.length > 0
}

export const numberKeywords = (): Readonly<Record<string, Keyword>> => ({
  minimum: limit<number, number>('number', NUMBER, (data, min) => data >= min, atLeast),
  maximum: limit<number, number>('number', NUMBER, (data, max) => data <= max, atMost),
  exclusiveMinimum: limit<number, number>(
    'number',
    NUMBER,
    (data, min) => data > min,
    (min) => `must be more than ${min}`,
  ),
  exclusiveMaximum: limit<number, number>(
    'number',
    NUMBER,
    (data, max) => data < max,
    (max) => `must be less than ${max}`,
  ),
  multipleOf: limit<number, number>(
    'number',
    ['a number above 0', (value) => Number.isFinite(value) && (value as number) > 0],
    isMultiple,
    (step) => `must be a multiple of ${step}`,
  ),
})

/** Of fractions, so far as binary numbers can tell: 0.3 is a multiple of 0.1. */
function isMultiple(data: number, step: number): boolean {
  const times = data / step
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times))
}

/** In characters, as the specification counts: an emoji is one. */
const lengthOf = (text: string) => [...text].length

export const stringKeywords = (): Readonly<Record<string, Keyword>> => ({
  minLength: limit<string, number>(
    'string',
    COUNT,
    (data, min) => lengthOf(data) >= min,
    (min) => `${atLeast(min)} characters long`,
  ),
  maxLength: limit<string, number>(
    'string',
    COUNT,
    (data, max) => lengthOf(data) <= max,
    (max) => `${atMost(max)} characters long`,
  ),
  pattern: limit<string, string>(
    'string',
    ['a regular expression', (value) => toRegExp(value) !== undefined],
    (data, pattern) => toRegExp(pattern)?.test(data) === true,
    (pattern) => `must match ${pattern}`,
  ),
})

/** With Unicode's rules where it is written for them. */
function toRegExp(pattern: unknown): RegExp | undefined {
  if (typeof pattern !== 'string') return undefined
  for (const flags of ['u', '']) {
    try {
      return new RegExp(pattern, flags)
    } catch {}
  }
  return undefined
}

function atLeast(min: number): string {
  return `must be at least ${min}`
}

function atMost(max: number): string {
  return `must be at most ${max}`
}
