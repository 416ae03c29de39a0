import { expect, test } from 'vitest'
import { byToken } from './access.ts'

const tokens = ['the-first-of-all-tokens', 'the-second-of-all', 'the-third-and-the-longest-of-them']
const findAccess = byToken({ read: tokens.slice(0, 2), write: tokens[2] })
const ask = (token: string) =>
  findAccess?.(new Request('http://localhost', { headers: { authorization: token } }))

test('the whole of it counts', async () => {
  expect(await Promise.all(tokens.map((token) => ask(`Bearer ${token}`)))).toEqual([
    { actor: 'admin', write: false },
    { actor: 'admin', write: false },
    { actor: 'admin', write: true },
  ])
  for (let guess = 0; guess < 2000; guess++)
    expect(await ask(`Bearer ${tokens[0]}${guess}`)).toBeUndefined()
})

test('one that stands for both scopes may write', async () => {
  const both = byToken({ read: tokens, write: tokens })
  const headers = { authorization: `Bearer ${tokens[0]}` }
  expect(await both?.(new Request('http://localhost', { headers }))).toMatchObject({ write: true })
})
