import { type Latency, makeAnswer } from '../behaviours/answer.ts'
import { errorResponse, type Plan, planFor } from '../behaviours/plan.ts'
import { play } from '../behaviours/play.ts'
import type { Behaviours } from '../behaviours/rules.ts'
import type { Quotas, Settlement } from '../capacity/quotas.ts'
import { ServiceError } from '../exceptions.ts'
import { handlers } from '../operations/handlers.ts'
import { isInference, type Operation } from '../operations/operation.ts'
import type { Random } from '../random.ts'
import type { Exchange } from './exchange.ts'
import type { OpenRecord } from './request-log.ts'

/** What the service keeps between requests. */
export interface Service {
  readonly behaviours: Behaviours
  readonly quotas: Quotas
  readonly latency: Latency
  readonly random: () => Random
}

interface Decision {
  readonly plan: Plan
  readonly behaviour: OpenRecord['behaviour']
  readonly settle: (used?: Settlement) => void
  readonly used?: Settlement
}

/** Answers one request to a model or a guardrail, well or badly. */
export async function serve(
  service: Service,
  body: Uint8Array,
  record: OpenRecord,
  exchange: Exchange,
): Promise<void> {
  const decision = decide(service, record.operation, record.model, body)
  record.behaviour = decision.behaviour
  const { plan } = decision
  const head = plan.head && {
    status: plan.head.status,
    headers: { 'x-amzn-requestid': record.id, ...plan.head.headers },
  }
  try {
    await play({ ...plan, head }, exchange, (status) => {
      record.status = status
    })
  } finally {
    decision.settle(plan.answered ? decision.used : undefined)
  }
}

/** A malformed request is refused first, then a quota refuses; only what is left meets the script. */
function decide(
  { behaviours, quotas, latency, random }: Service,
  operation: Operation,
  model: string,
  body: Uint8Array,
): Decision {
  const handler = handlers[operation]
  let stage: 'rejected' | 'capacity' = 'rejected'
  try {
    const ask = handler.read(model, body)
    stage = 'capacity'
    const reservation = isInference(operation)
      ? quotas.reserve(model, ask.inputTokens, ask.maxTokens)
      : { settle: () => {} }
    const behaviour = behaviours.next(model, operation)
    const reply = behaviour.type === 'reply' ? behaviour : (behaviour.reply ?? {})
    const answer = makeAnswer(ask, reply, latency, random())
    return {
      plan: planFor(behaviour, handler.prepare(answer)),
      behaviour: behaviour.type,
      settle: reservation.settle,
      used: answer.usage,
    }
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return { plan: refusal(error), behaviour: stage, settle: () => {} }
  }
}

/** The plan for one of the service's own errors. */
export function refusal(error: ServiceError): Plan {
  return {
    delayMs: 0,
    gapMs: 0,
    ...errorResponse(error.type, { status: error.status, message: error.message }),
  }
}
