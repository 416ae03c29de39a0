import fc from 'fast-check'
import { beforeEach, expect, it } from 'vitest'
import { Quotas } from './quotas.ts'

let time = 0
let quotas: Quotas
beforeEach(() => {
  time = 0
  quotas = new Quotas(() => time)
})

it('lets everything through without limits', () => {
  for (let n = 0; n < 100; n++) quotas.reserve('m', 1e9, 1e9)
})

it('reserves input + max tokens and settles at input + cache writes + output × burndown', () => {
  // The example of the quota page: 3,000 in, 1,000 of cache writes, 1,000 out at 5×, max tokens 32,000.
  quotas.set('m', { tokensPerMinute: 36_000, burndown: 5 })
  const held = quotas.reserve('m', 4_000, 32_000)
  expect(() => quotas.reserve('m', 1, 0)).toThrow('Too many tokens, please wait')
  held.settle({ inputTokens: 3_000, cacheWriteInputTokens: 1_000, outputTokens: 1_000 })
  quotas.reserve('m', 27_000, 0)
  expect(() => quotas.reserve('m', 1, 0)).toThrow('Too many tokens')
})

it('returns all tokens of a request that was not answered, and settles only once', () => {
  quotas.set('m', { tokensPerMinute: 100 })
  const held = quotas.reserve('m', 50, 50)
  held.settle()
  held.settle({ inputTokens: 100, outputTokens: 0 })
  quotas.reserve('m', 100, 0)
})

it('goes into debt when the output costs more than was reserved', () => {
  quotas.set('m', { tokensPerMinute: 60, burndown: 10 })
  quotas.reserve('m', 0, 10).settle({ inputTokens: 0, outputTokens: 10 })
  time = 39_999
  expect(() => quotas.reserve('m', 1, 0)).toThrow('Too many tokens')
  time = 41_000
  quotas.reserve('m', 1, 0)
})

it('refills evenly over the minute', () => {
  quotas.set('m', { requestsPerMinute: 2 })
  quotas.reserve('m', 0, 0)
  quotas.reserve('m', 0, 0)
  expect(() => quotas.reserve('m', 0, 0)).toThrow('Too many requests, please wait')
  time = 29_000
  expect(() => quotas.reserve('m', 0, 0)).toThrow('Too many requests')
  time = 30_000
  quotas.reserve('m', 0, 0)
})

it('counts a day apart from a minute', () => {
  quotas.set('m', { tokensPerDay: 10, tokensPerMinute: 10 })
  quotas.reserve('m', 10, 0)
  time = 60_000
  expect(() => quotas.reserve('m', 1, 0)).toThrow('Too many tokens per day')
  time = 86_400_000
  quotas.reserve('m', 10, 0)
})

it('bounds what runs at the same time', () => {
  quotas.set('m', { concurrent: 1 })
  const held = quotas.reserve('m', 0, 0)
  expect(() => quotas.reserve('m', 0, 0)).toThrow('Too many requests')
  held.settle()
  quotas.reserve('m', 0, 0)
})

it('reserves the maximum of the model when a request sets none', () => {
  quotas.set('m', { tokensPerMinute: 63_999 })
  expect(() => quotas.reserve('m', 0, undefined)).toThrow('Too many tokens')
  quotas.set('m', { tokensPerMinute: 63_999, defaultMaxTokens: 100 })
  quotas.reserve('m', 0, undefined)
})

it('counts each model behind * by itself, and gives a name of its own preference', () => {
  quotas.set('*', { concurrent: 1 })
  quotas.set('free', {})
  quotas.reserve('a', 0, 0)
  quotas.reserve('b', 0, 0)
  expect(() => quotas.reserve('a', 0, 0)).toThrow('Too many requests')
  for (let n = 0; n < 5; n++) quotas.reserve('free', 0, 0)
})

it('changes limits while requests are under way', () => {
  quotas.set('m', { concurrent: 1 })
  const held = quotas.reserve('m', 0, 0)
  quotas.set('m', { concurrent: 2 })
  quotas.reserve('m', 0, 0)
  held.settle()
  quotas.set('m', undefined)
  quotas.reserve('m', 0, 0)
})

it('never lets more than the limit be used within a minute, plus what refills in it', () => {
  const step = fc.record({ wait: fc.nat(20_000), tokens: fc.nat(60) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      time = 0
      const book = new Quotas(() => time)
      book.set('m', { tokensPerMinute: 100 })
      let admitted = 0
      for (const { wait, tokens } of steps) {
        time += wait
        try {
          book.reserve('m', tokens, 0)
          admitted += tokens
        } catch {
          // Refused: uses up nothing.
        }
        expect(admitted).toBeLessThanOrEqual(100 + (100 * time) / 60_000 + 1e-6)
      }
    }),
  )
})
