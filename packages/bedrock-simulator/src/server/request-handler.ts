import { randomUUID } from 'node:crypto'
import type { Plan } from '../behaviours/plan.ts'
import { play } from '../behaviours/play.ts'
import { ServiceError } from '../exceptions.ts'
import { parseJson } from '../json.ts'
import type { Request, Response } from '../wire/http-types.ts'
import type { Connection } from './connections.ts'
import { type ControlAnswer, type Controlled, control } from './control.ts'
import { createExchange, type Exchange } from './exchange.ts'
import { readBody } from './read-body.ts'
import { attemptOf, type OpenRecord, type RequestRecord } from './request-log.ts'
import { type Route, route } from './route.ts'
import { refusal, type Service, serve } from './serve.ts'

/** What request handling needs of the simulator. */
export interface Host extends Service, Controlled {
  readonly now: () => number
  readonly maxBodyBytes: number
  readonly onRequest: ((record: RequestRecord) => void) | undefined
}

/** Handles requests and knows which are under way, so that closing can end and await them. */
export class RequestHandler {
  readonly #host: Host
  readonly #open = new Set<Exchange>()
  readonly #running = new Set<Promise<void>>()

  constructor(host: Host) {
    this.#host = host
  }

  accept(request: Request, response: Response, connection: Connection | undefined): void {
    const done: Promise<void> = this.#handle(request, response, connection)
      // A bug of the simulator's: the client sees a dead connection rather than waits for ever.
      .catch(() => void response.destroy())
      .finally(() => this.#running.delete(done))
    this.#running.add(done)
  }

  abandonAll(): void {
    for (const exchange of this.#open) exchange.abandon()
  }

  async idle(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #handle(request: Request, response: Response, connection?: Connection): Promise<void> {
    const startedAt = this.#host.now()
    let record: OpenRecord | undefined
    let gone = false
    const exchange = createExchange(response, connection, () => {
      gone = true
      if (record) record.closedEarly = true
    })
    this.#open.add(exchange)
    try {
      const target = route(request.method ?? '', request.url ?? '')
      const body = await readBody(request, this.#host.maxBodyBytes).catch(asServiceError)
      if (target.type === 'operation') {
        record = newRecord(request, target, body, startedAt, gone)
        this.#host.log.add(record)
        if (body instanceof Uint8Array) await serve(this.#host, body, record, exchange)
        else if (body) await this.#refuse(body, record, exchange)
      } else if (body instanceof ServiceError) {
        await play(refusal(body), exchange)
      } else if (body) {
        await play(this.#elsewhere(request.method ?? '', target, body), exchange)
      }
    } finally {
      this.#open.delete(exchange)
      if (record) {
        record.finishedAt = this.#host.now()
        this.#tell(record)
      }
    }
  }

  /** An observer that throws harms no request. */
  #tell(record: RequestRecord): void {
    try {
      this.#host.onRequest?.(record)
    } catch {
      // Its own to notice.
    }
  }

  async #refuse(problem: ServiceError, record: OpenRecord, exchange: Exchange): Promise<void> {
    record.status = problem.status
    await play(refusal(problem), exchange)
  }

  #elsewhere(method: string, target: Route, body: Uint8Array): Plan {
    return target.type === 'control'
      ? controlPlan(control(this.#host, method, target.path, Buffer.from(body).toString()))
      : refusal(new ServiceError('UnknownOperationException'))
  }
}

function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  throw error
}

function newRecord(
  request: Request,
  { operation, model }: Extract<Route, { type: 'operation' }>,
  body: Uint8Array | ServiceError | undefined,
  startedAt: number,
  closedEarly: boolean,
): OpenRecord {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  )
  return {
    id: randomUUID(),
    model,
    operation,
    httpVersion: request.httpVersion === '2.0' ? '2.0' : '1.1',
    headers,
    ...attemptOf(headers),
    body:
      body instanceof Uint8Array ? (parseJson(Buffer.from(body).toString()) ?? body) : undefined,
    startedAt,
    closedEarly,
    behaviour: 'rejected',
  }
}

function controlPlan({ status, body }: ControlAnswer): Plan {
  const bytes = Buffer.from(`${JSON.stringify(body, null, 2)}\n`)
  const headers = { 'content-type': 'application/json', 'content-length': String(bytes.length) }
  const head = { status, headers }
  return { delayMs: 0, gapMs: 0, head, parts: [bytes], ending: 'end', answered: false }
}
