import { operations } from '../operations/operation.ts'
import { checkBehaviour } from './check-behaviour.ts'
import {
  type Check,
  filled,
  integer,
  list,
  milliseconds,
  number,
  oneOf,
  record,
  shape,
  wrongType,
  wrongValue,
} from './checks.ts'

export const checkRule: Check = shape(
  { behaviour: checkBehaviour },
  {
    model: filled,
    operation: oneOf(...operations),
    times: integer(1),
    probability: number(0, 1),
  },
)

export const checkCapacity: Check = shape(
  {},
  {
    concurrent: integer(0),
    requestsPerMinute: integer(0),
    tokensPerMinute: integer(0),
    tokensPerDay: integer(0),
    burndown: number(0, 1_000),
    defaultMaxTokens: integer(0),
  },
)

const scriptMembers = {
  seed: integer(0, 2 ** 32 - 1),
  rules: list(checkRule),
  queue: list(checkBehaviour),
  capacity: record(checkCapacity),
}

/** What a script file holds. */
export const checkScript: Check = shape({}, scriptMembers)

const callable: Check = (value, path) => {
  if (typeof value !== 'function') throw wrongType(path, 'a function', value)
}

const pem: Check = (value, path) => {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) {
    throw wrongType(path, 'a string or a Buffer', value)
  }
  if (value.length === 0) throw wrongValue(path, 'a PEM text', value)
}

/** What `startSimulator` takes. */
export const checkOptions: Check = shape(
  {},
  {
    ...scriptMembers,
    host: filled,
    port: integer(0, 65_535),
    tls: shape({ key: pem, cert: pem }),
    latency: shape({}, { firstTokenMs: milliseconds, perTokenMs: milliseconds }),
    maxRequests: integer(0),
    maxBodyBytes: integer(1),
    now: callable,
    onRequest: callable,
  },
)
