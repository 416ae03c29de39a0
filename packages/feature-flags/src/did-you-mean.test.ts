import { expect, test } from 'vitest'
import { didYouMean } from './did-you-mean.ts'

const known = ['when', 'percentage', 'by', 'value', 'ENABLE_RETRY']

test.each([
  ['whne', 'when'],
  ['wehn', 'when'],
  ['When', 'when'],
  ['percentages', 'percentage'],
  ['percent', 'percentage'],
  ['vlaue', 'value'],
  ['enable_retries', ''],
  ['enable_retry', 'ENABLE_RETRY'],
  ['ENABLE_RERTY', 'ENABLE_RETRY'],
  ['b', 'by'],
  ['x', ''],
  ['xy', 'by'],
  ['', ''],
  ['__proto__', ''],
])('%j: %j', (name, meant) => {
  expect(didYouMean(name, known)).toBe(meant && `, did you mean "${meant}"?`)
})

test('a long name costs nothing', () => {
  expect(didYouMean('when'.repeat(1e6), known)).toBe('')
})
