import type { Behaviour } from '../behaviours/behaviour.ts'
import type { Operation } from '../operations/operation.ts'

/** One request to the service, as it came and went. Unknown routes and the control endpoint are not logged. */
export interface RequestRecord {
  /** Also the response's `x-amzn-requestid`. */
  readonly id: string
  /** The decoded model id or ARN; for ApplyGuardrail the guardrail's. */
  readonly model: string
  readonly operation: Operation
  readonly httpVersion: '1.1' | '2.0'
  readonly headers: Readonly<Record<string, string>>
  /** From `amz-sdk-request: attempt=1; max=3`. */
  readonly attempt?: number | undefined
  readonly maxAttempts?: number | undefined
  /** From `amz-sdk-invocation-id`: the same for all attempts of one call. */
  readonly invocationId?: string | undefined
  /** Parsed, or the bytes themselves where they are not JSON. */
  readonly body: unknown
  /** Milliseconds of the simulator's clock; by default since 1970. */
  readonly startedAt: number
  /** Set once the response is done with, by either side. */
  readonly finishedAt?: number | undefined
  /** Set once headers were sent. */
  readonly status?: number | undefined
  /** The client went away before the simulator had finished. */
  readonly closedEarly: boolean
  /** What was done: a behaviour, `capacity` (a quota refused it) or `rejected` (a malformed request). */
  readonly behaviour: Behaviour['type'] | 'capacity' | 'rejected'
}

/** A record while its request is being served. */
export type OpenRecord = { -readonly [Name in keyof RequestRecord]: RequestRecord[Name] }

/** The latest requests, oldest first. */
export class RequestLog {
  readonly records: OpenRecord[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  add(record: OpenRecord): void {
    if (this.#limit === 0) return
    if (this.records.length >= this.#limit) this.records.shift()
    this.records.push(record)
  }

  clear(): void {
    this.records.length = 0
  }
}

/** What the SDK says about its own retrying. */
export function attemptOf(headers: Readonly<Record<string, string>>): {
  attempt?: number
  maxAttempts?: number
  invocationId?: string
} {
  const text = headers['amz-sdk-request'] ?? ''
  const attempt = /attempt=(\d+)/.exec(text)?.[1]
  const max = /max=(\d+)/.exec(text)?.[1]
  const invocationId = headers['amz-sdk-invocation-id']
  return {
    ...(attempt !== undefined && { attempt: Number(attempt) }),
    ...(max !== undefined && { maxAttempts: Number(max) }),
    ...(invocationId !== undefined && { invocationId }),
  }
}
