import { describe, expect, it } from 'vitest'
import type { Prepared } from '../operations/encode.ts'
import type { Behaviour } from './behaviour.ts'
import { planFor } from './plan.ts'

const frames = ['aaaa', 'bbbb', 'cccc', 'dddd'].map((text) => Buffer.from(text))
const stream: Prepared = { headers: {}, parts: frames, isStream: true }
const unary: Prepared = { headers: {}, parts: [Buffer.from('12345678')], isStream: false }
const sent = (behaviour: Behaviour, good: Prepared) =>
  Buffer.concat(planFor(behaviour, good).parts).toString()

describe('of a stream', () => {
  it.each([
    [{ type: 'reply' }, 'aaaabbbbccccdddd', 'end'],
    [{ type: 'end', at: 1 }, 'aaaa', 'end'],
    [{ type: 'end', at: 99 }, 'aaaabbbbccccdddd', 'end'],
    [{ type: 'truncated-frame', at: 2 }, 'aaaabbbbcc', 'end'],
    [{ type: 'truncated-frame', at: 99 }, 'aaaabbbbccccdddd', 'end'],
    [{ type: 'half-body' }, 'aaaabbbb', 'end-short'],
    [{ type: 'hang', at: 'after-headers' }, '', 'hang'],
    [{ type: 'hang', at: 'mid-body' }, 'aaaabbbb', 'hang'],
    [{ type: 'hang', at: 3 }, 'aaaabbbbcccc', 'hang'],
    [{ type: 'kill', at: 0, by: 'fin' }, '', { kill: 'fin' }],
  ] as [Behaviour, string, unknown][])('%j', (behaviour, bytes, ending) => {
    expect(sent(behaviour, stream)).toBe(bytes)
    expect(planFor(behaviour, stream).ending).toEqual(ending)
  })

  it('a bad checksum damages one frame and lets the rest follow', () => {
    const plan = planFor({ type: 'bad-checksum', at: 1 }, stream)
    expect(plan.parts.map((part, k) => Buffer.from(part).equals(frames[k] ?? Buffer.of()))).toEqual(
      [true, false, true, true],
    )
  })
})

describe('of a unary body', () => {
  it.each([
    [{ type: 'hang', at: 0 }, '', 'hang'],
    [{ type: 'hang', at: 'mid-body' }, '1234', 'hang'],
    [{ type: 'kill', at: 7, by: 'rst' }, '1234', { kill: 'rst' }],
    [{ type: 'bad-checksum', at: 0 }, '1234', 'end-short'],
    [{ type: 'truncated-frame', at: 0 }, '1234', 'end-short'],
    [{ type: 'end', at: 3 }, '1234', 'end-short'],
  ] as [Behaviour, string, unknown][])('%j', (behaviour, bytes, ending) => {
    expect(sent(behaviour, unary)).toBe(bytes)
    const plan = planFor(behaviour, unary)
    expect(plan.ending).toEqual(ending)
    expect(plan.head?.headers['content-length']).toBe('8')
  })
})

it('sends not even headers before the headers', () => {
  expect(planFor({ type: 'kill', at: 'before-headers', by: 'rst' }, unary).head).toBeUndefined()
})

it('counts tokens of answers, not of errors', () => {
  expect(planFor({ type: 'end', at: 2 }, stream).answered).toBe(true)
  expect(planFor({ type: 'error', error: 'X' }, stream).answered).toBe(false)
  expect(planFor({ type: 'hang', at: 'before-headers' }, stream).answered).toBe(false)
})
