import { classifyError, type ErrorClass, isRetryable, readProperty } from '@holdfast/internal'
import { type DatabaseErrorRow, databaseErrors } from './database-errors.ts'

/** How many causes are read. It also ends a chain that leads back to itself. */
const MAX_CAUSES = 10

/**
 * As `classifyError`, and knows what the errors of PostgreSQL, MySQL, MongoDB, Redis, SQLite, and Prisma mean. A lost
 * connection, a failover, a deadlock, and a serialization failure are `transient`; too many connections are a `throttle`;
 * a violated constraint or a wrong query is `client`.
 *
 * Repeat a whole transaction rather than the statement that failed: the database has rolled the transaction back.
 *
 * @example
 * const breaker = createCircuitBreaker({
 *   classify: (error) => (classifyDatabaseError(error) === 'client' ? 'ignore' : 'failure'),
 * })
 */
export function classifyDatabaseError(error: unknown): ErrorClass {
  return findRow(error)?.errorClass ?? classifyError(error)
}

/**
 * As `isRetryable`, for the errors of databases too.
 *
 * @example
 * const retry = createRetry({ retryable: isRetryableDatabaseError })
 * await retry(() => pool.query('select 1'))
 */
export function isRetryableDatabaseError(error: unknown): boolean {
  const row = findRow(error)
  return row ? row.errorClass !== 'client' : isRetryable(error)
}

function findRow(error: unknown): DatabaseErrorRow | undefined {
  let current = error
  for (let depth = 0; depth < MAX_CAUSES && Object(current) === current; depth++) {
    const row = databaseErrors.find((candidate) => matches(candidate, current))
    if (row !== undefined) return row
    current = readProperty(current, 'cause')
  }
  return undefined
}

function matches({ code, name, message, label }: DatabaseErrorRow, error: unknown): boolean {
  const labels = readProperty(error, 'errorLabels')
  return (
    code?.test(String(readProperty(error, 'code'))) ||
    name?.test(String(readProperty(error, 'name'))) ||
    message?.test(String(readProperty(error, 'message'))) ||
    (label !== undefined && Array.isArray(labels) && labels.includes(label))
  )
}
