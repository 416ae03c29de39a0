import { describe, expect, test } from 'vitest'
import { errorStatus } from './error-status.ts'

describe('errorStatus', () => {
  test.each([
    ['AWS SDK', { $metadata: { httpStatusCode: 429 } }, 429],
    ['Node', { statusCode: 503 }, 503],
    ['fetch wrapper', { status: 404 }, 404],
    ['axios', { response: { status: 500 } }, 500],
    ['got', { response: { statusCode: 500 } }, 500],
    ['Boom', { output: { statusCode: 503 } }, 503],
    ['text', { status: '503' }, undefined],
    ['exit code', { status: 1 }, undefined],
    ['a mistaken one beside a good one', { statusCode: 0, status: 502 }, 502],
    ['none', new Error('boom'), undefined],
  ])('%s', (_, error, status) => {
    expect(errorStatus(error)).toBe(status)
  })
})
