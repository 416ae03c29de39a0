import { revokedProxy } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { classifyError } from '../index.ts'
import { classifyDatabaseError, isRetryableDatabaseError } from './index.ts'

const withCode = (code: string | number) => Object.assign(new Error('It failed.'), { code })
const named = (name: string) => Object.assign(new Error('It failed.'), { name })
const labelled = (...errorLabels: string[]) =>
  Object.assign(new Error('It failed.'), { errorLabels })

test.each([
  ['PostgreSQL: connection failure', withCode('08006'), 'transient'],
  ['PostgreSQL: the administrator shuts it down', withCode('57P01'), 'transient'],
  ['PostgreSQL: serialization failure', withCode('40001'), 'transient'],
  ['PostgreSQL: deadlock', withCode('40P01'), 'transient'],
  ['PostgreSQL: too many connections', withCode('53300'), 'throttle'],
  ['PostgreSQL: statement timeout', withCode('57014'), 'timeout'],
  ['PostgreSQL: unique violation', withCode('23505'), 'client'],
  ['PostgreSQL: no such table', withCode('42P01'), 'client'],
  ['MySQL: connection lost', withCode('PROTOCOL_CONNECTION_LOST'), 'transient'],
  ['MySQL: deadlock', withCode('ER_LOCK_DEADLOCK'), 'transient'],
  ['MySQL: too many connections', withCode('ER_CON_COUNT_ERROR'), 'throttle'],
  ['MySQL: duplicate entry', withCode('ER_DUP_ENTRY'), 'client'],
  ['MySQL: access denied', withCode('ER_ACCESS_DENIED_ERROR'), 'client'],
  ['MongoDB: network', named('MongoNetworkError'), 'transient'],
  ['MongoDB: network timeout', named('MongoNetworkTimeoutError'), 'timeout'],
  ['MongoDB: no server', named('MongoServerSelectionError'), 'transient'],
  ['MongoDB: labelled', labelled('TransientTransactionError'), 'transient'],
  ['MongoDB: duplicate key', withCode(11000), 'client'],
  ['Redis: closed', withCode('NR_CLOSED'), 'transient'],
  ['Redis: it loads its data', new Error('LOADING Redis is loading the dataset'), 'transient'],
  ['Redis: failover', new Error('READONLY You can’t write against a replica'), 'transient'],
  ['Redis: wrong type', new Error('WRONGTYPE Operation against a key'), 'client'],
  ['Prisma: cannot reach the server', withCode('P1001'), 'transient'],
  ['Prisma: write conflict', withCode('P2034'), 'transient'],
  ['Prisma: no free connection', withCode('P2024'), 'timeout'],
  ['Prisma: unique constraint', withCode('P2002'), 'client'],
  ['SQLite: busy', withCode('SQLITE_BUSY'), 'transient'],
  ['SQLite: constraint', withCode('SQLITE_CONSTRAINT_UNIQUE'), 'client'],
  ['behind a cause', new Error('query failed', { cause: withCode('57P01') }), 'transient'],
])('%s is %3$s', (_, error, errorClass) => {
  expect(classifyDatabaseError(error)).toBe(errorClass)
  expect(isRetryableDatabaseError(error)).toBe(errorClass !== 'client')
})

test.each([
  ['a pipe that broke', withCode('EPIPE')],
  ['a status', { status: 503 }],
  ['a mistake in code', new TypeError('x is not a function')],
  ['an abort', new DOMException('', 'AbortError')],
  ['null', null],
])('%s is classified as everywhere else', (_, error) => {
  expect(classifyDatabaseError(error)).toBe(classifyError(error))
})

test('values that cannot be read, and causes that lead back, are unknown', () => {
  const self: Error = new Error('self')
  self.cause = self
  for (const error of [revokedProxy(), self]) expect(classifyDatabaseError(error)).toBe('unknown')
})
