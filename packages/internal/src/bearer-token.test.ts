import { beforeEach, describe, expect, test, vi } from 'vitest'
import { byBearerToken, type FindByToken } from './bearer-token.ts'
import { equalBytes } from './equal-bytes.ts'

vi.mock('./equal-bytes.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('./equal-bytes.ts')>()
  return { equalBytes: vi.fn(original.equalBytes) }
})
const compare = vi.mocked(equalBytes)
beforeEach(() => {
  compare.mockClear()
})

const tokens = ['the-first-of-all-tokens', 'the-second-of-all', 'the-third-and-the-longest-of-them']
const find = byBearerToken(tokens.map((token, at) => [token, at]))
const ask = (authorization: string | undefined, by: FindByToken<unknown> = find) =>
  by(
    new Request(
      'http://localhost',
      authorization === undefined ? {} : { headers: { authorization } },
    ),
  )

test.each([
  ...tokens.map((token) => `Bearer ${token}`),
  'Bearer x',
  `Bearer ${tokens[0]?.slice(0, -1)}x`,
  `Bearer ${'x'.repeat(10_000)}`,
  'Basic x',
  undefined,
])('each token is compared, with as many bytes each time, whatever is sent: %s', async (sent) => {
  await ask(sent)
  expect(compare).toHaveBeenCalledTimes(tokens.length)
  for (const [known, given] of compare.mock.calls) {
    expect([known.byteLength, given.byteLength]).toEqual([32, 32])
  }
})

describe('what a request is found to stand for', () => {
  test.each(tokens.map((token, at) => [token, at]))('is what %s stands for', async (token, at) => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER  ']) {
      expect(await ask(`${scheme} ${token}`)).toEqual([at])
    }
  })

  test('is all of it, for a token that is known twice', async () => {
    const token = tokens[0] as string
    const twice = byBearerToken([
      [token, 'read'],
      [token, 'write'],
    ])
    expect(await ask(`Bearer ${token}`, twice)).toEqual(['read', 'write'])
  })

  test.each([
    undefined,
    tokens[0],
    'Bearer',
    `Basic ${tokens[0]}`,
    `Bearer ${tokens[0]}x`,
    `Bearer ${tokens[0]?.slice(0, -1)}`,
    `Bearer ${tokens[0]?.toUpperCase()}`,
    `Bearer ${tokens[0]} ${tokens[0]}`,
    `Bearer x, Bearer ${tokens[0]}`,
  ])('is nothing for %s', async (sent) => {
    expect(await ask(sent)).toEqual([])
  })

  test('is nothing where no token is known, also for one who sends none', async () => {
    const none = byBearerToken([])
    expect(await ask('Bearer ', none)).toEqual([])
    expect(await ask(undefined, none)).toEqual([])
  })
})

test.each(['', 'hunter2', 'fifteen-letters', 'has a space in it all', 'späte-Umlaute-im-Token'])(
  'refuses "%s" without showing it',
  (token) => {
    const known = [tokens[0] as string, token].map((one) => [one, true] as const)
    expect(() => byBearerToken(known)).toThrow(
      new RangeError('Each `token` must have 16 or more characters of visible ASCII'),
    )
  },
)
