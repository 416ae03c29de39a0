import type { ErrorClass } from '@holdfast/internal'

/** Errors of one kind: those with such a code, name, message, or MongoDB error label. */
export interface DatabaseErrorRow {
  readonly errorClass: ErrorClass
  readonly code?: RegExp
  readonly name?: RegExp
  readonly message?: RegExp
  readonly label?: string
}

/** What the errors of database clients mean. The first row that matches decides. */
export const databaseErrors: readonly DatabaseErrorRow[] = [
  // PostgreSQL: the SQLSTATE, in `code` of pg, postgres.js, and their descendants.
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  { errorClass: 'transient', code: /^(08...|57P0[1-4]|40001|40P01|55P03)$/ },
  { errorClass: 'transient', message: /^Connection terminated/ },
  { errorClass: 'throttle', code: /^53[34]00$/ },
  { errorClass: 'timeout', code: /^57014$/ },
  { errorClass: 'client', code: /^(0A|22|23|28|2B|3D|3F|42|44)...$/ },

  // MySQL and MariaDB: `code` of mysql, mysql2, and mariadb.
  // https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
  {
    errorClass: 'transient',
    code: /^(PROTOCOL_CONNECTION_LOST|PROTOCOL_SEQUENCE_TIMEOUT|ER_LOCK_DEADLOCK|ER_LOCK_WAIT_TIMEOUT|ER_SERVER_SHUTDOWN)$/,
  },
  {
    errorClass: 'throttle',
    code: /^ER_(CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|USER_LIMIT_REACHED)$/,
  },
  { errorClass: 'timeout', code: /^ER_QUERY_TIMEOUT$/ },
  {
    errorClass: 'client',
    code: /^ER_(DUP_|NO_|BAD_|PARSE_|ROW_IS_REF|DATA_|ACCESS_|\w+ACCESS_DENIED)/,
  },

  // MongoDB: the names, codes, and labels of its Node driver.
  // https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md
  { errorClass: 'timeout', name: /^Mongo\w*TimeoutError$/ },
  {
    errorClass: 'transient',
    name: /^Mongo(Network|ServerSelection|PoolCleared|TopologyClosed)Error$/,
  },
  { errorClass: 'transient', label: 'RetryableWriteError' },
  { errorClass: 'transient', label: 'TransientTransactionError' },
  { errorClass: 'client', code: /^(11000|121)$/ },

  // Redis: node-redis, ioredis, and what the server answers while it loads, fails over, or moves slots.
  // https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
  { errorClass: 'transient', code: /^(NR_CLOSED|CONNECTION_BROKEN)$/ },
  {
    errorClass: 'transient',
    name: /^(MaxRetriesPerRequestError|(ClientClosed|SocketClosedUnexpectedly|ConnectionTimeout)Error)$/,
  },
  {
    errorClass: 'transient',
    message: /^(Connection is closed\.|(LOADING|BUSY|CLUSTERDOWN|TRYAGAIN|MASTERDOWN|READONLY) )/,
  },
  { errorClass: 'client', message: /^(WRONGTYPE|WRONGPASS|NOAUTH|NOPERM) / },

  // Prisma. https://www.prisma.io/docs/orm/reference/error-reference
  { errorClass: 'transient', code: /^P(1001|1017|2034)$/ },
  { errorClass: 'timeout', code: /^P(1002|1008|2024)$/ },
  { errorClass: 'throttle', code: /^P2037$/ },
  { errorClass: 'client', code: /^P[12]\d{3}$/ },

  // SQLite. https://www.sqlite.org/rescode.html
  { errorClass: 'transient', code: /^SQLITE_(BUSY|LOCKED)/ },
  { errorClass: 'client', code: /^SQLITE_(CONSTRAINT|ERROR|MISMATCH|READONLY)/ },
]
