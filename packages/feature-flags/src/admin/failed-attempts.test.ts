import { systemClock } from '@holdfast/internal'
import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { createFailedAttempts } from './failed-attempts.ts'

useVirtualTime()

test('a minute begins with the first attempt', async () => {
  const failures = createFailedAttempts(2, systemClock)
  failures.add('192.0.2.1')
  await advance(30_000)
  failures.add('192.0.2.1')
  expect(failures.waitMs('192.0.2.1')).toBe(30_000)
  await advance(30_000)
  expect(failures.waitMs('192.0.2.1')).toBe(0)
  failures.add('192.0.2.1')
  expect(failures.waitMs('192.0.2.1')).toBe(0)
})

test.each<[string | undefined, string | undefined, string]>([
  ['::ffff:192.0.2.1', '192.0.2.1', 'an IPv4 address, however it is written'],
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff:1:2:3', 'half of an IPv6 address is one client’s'],
  ['2001:db8::1', '2001:db8::ffff', 'its zeros left out or not'],
  ['::1', '::1', 'this machine'],
  [undefined, undefined, 'no address'],
])('%s and %s are one client: %s', (one, other) => {
  const failures = createFailedAttempts(1, systemClock)
  failures.add(one)
  expect(failures.waitMs(other)).toBe(60_000)
})

test.each([
  ['192.0.2.1', '192.0.2.2'],
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['::1', '192.0.2.1'],
])('%s and %s are two', (one, other) => {
  const failures = createFailedAttempts(1, systemClock)
  failures.add(one)
  expect(failures.waitMs(other)).toBe(0)
})

test('remembers the latest thousand clients', () => {
  const failures = createFailedAttempts(1, systemClock)
  for (let client = 0; client < 1001; client++) failures.add(`client ${client}.`)
  expect(failures.waitMs('client 0.')).toBe(0)
  expect(failures.waitMs('client 1.')).toBe(60_000)
  expect(failures.waitMs('client 1000.')).toBe(60_000)
})

test('who tries again after a minute is among the latest', async () => {
  const failures = createFailedAttempts(1, systemClock)
  failures.add('first.')
  failures.add('second.')
  await advance(60_000)
  failures.add('first.')
  for (let client = 0; client < 999; client++) failures.add(`client ${client}.`)
  expect(failures.waitMs('first.')).toBe(60_000)
})
