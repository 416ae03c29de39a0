import { expect, it } from 'vitest'
import { defaultBurndown } from './burndown.ts'

it.each([
  ['us.anthropic.claude-opus-4-8', 15],
  ['anthropic.claude-sonnet-5', 10],
  ['global.anthropic.claude-opus-5', 10],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 5],
  ['anthropic.claude-3-5-sonnet-20241022-v2:0', 5],
  ['us.amazon.nova-lite-v1:0', 1],
])('%s burns %i', (model, expected) => {
  expect(defaultBurndown(model)).toBe(expected)
})
