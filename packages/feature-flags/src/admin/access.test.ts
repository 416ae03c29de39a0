import { timingSafeEqual } from 'node:crypto'
import { beforeEach, expect, test, vi } from 'vitest'
import { byToken } from './access.ts'

vi.mock('node:crypto', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:crypto')>()
  return { ...original, timingSafeEqual: vi.fn(original.timingSafeEqual) }
})
const compare = vi.mocked(timingSafeEqual)
beforeEach(() => {
  compare.mockClear()
})

const tokens = ['the-first-of-all-tokens', 'the-second-of-all', 'the-third-and-the-longest-of-them']
const findAccess = byToken({ read: tokens.slice(0, 2), write: tokens[2] })
const ask = (token: string | undefined) =>
  findAccess?.(
    new Request(
      'http://localhost',
      token === undefined ? {} : { headers: { authorization: token } },
    ),
  )

test.each([
  ...tokens.map((token) => `Bearer ${token}`),
  'Bearer x',
  `Bearer ${tokens[0]?.slice(0, -1)}x`,
  `Bearer ${'x'.repeat(10_000)}`,
  'Basic x',
  undefined,
])('each token is compared, with as many bytes each time, whatever is sent: %s', (sent) => {
  ask(sent)
  expect(compare).toHaveBeenCalledTimes(tokens.length)
  for (const [known, given] of compare.mock.calls) {
    expect([known.byteLength, given.byteLength]).toEqual([32, 32])
  }
})

test('the whole of it counts', () => {
  expect(tokens.map((token) => ask(`Bearer ${token}`))).toEqual([
    { actor: 'admin', write: false },
    { actor: 'admin', write: false },
    { actor: 'admin', write: true },
  ])
  for (let guess = 0; guess < 2000; guess++)
    expect(ask(`Bearer ${tokens[0]}${guess}`)).toBeUndefined()
})

test('one that stands for both scopes may write', () => {
  const both = byToken({ read: tokens, write: tokens })
  const headers = { authorization: `Bearer ${tokens[0]}` }
  expect(both?.(new Request('http://localhost', { headers }))).toMatchObject({ write: true })
})
