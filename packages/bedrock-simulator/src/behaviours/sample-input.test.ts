import fc from 'fast-check'
import { expect, it } from 'vitest'
import { sampleInput } from './sample-input.ts'

it('fills in the required members by their types', () => {
  const schema = {
    type: 'object',
    properties: {
      city: { type: 'string' },
      days: { type: 'integer', minimum: 3 },
      unit: { enum: ['C', 'F'] },
      tags: { type: 'array', items: { type: 'boolean' } },
      note: { type: 'string' },
    },
    required: ['city', 'days', 'unit', 'tags'],
  }
  expect(sampleInput(schema)).toEqual({ city: 'sample', days: 3, unit: 'C', tags: [true] })
})

it('makes something of any schema', () => {
  fc.assert(fc.property(fc.jsonValue(), (schema) => void JSON.stringify(sampleInput(schema))))
})
