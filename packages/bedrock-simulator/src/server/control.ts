import type { Behaviour } from '../behaviours/behaviour.ts'
import type { Behaviours, Rule } from '../behaviours/rules.ts'
import type { Capacity } from '../capacity/capacity.ts'
import type { Quotas } from '../capacity/quotas.ts'
import { isRecord } from '../json.ts'
import { checkBehaviour } from '../script/check-behaviour.ts'
import { checkCapacity, checkRule } from '../script/check-script.ts'
import { wrongType } from '../script/checks.ts'
import type { RequestLog } from './request-log.ts'

/** What the control endpoint can see and change. */
export interface Controlled {
  readonly behaviours: Behaviours
  readonly quotas: Quotas
  readonly log: RequestLog
  reset(): void
}

export interface ControlAnswer {
  readonly status: number
  readonly body: unknown
}

type Action = (to: Controlled, json: unknown) => ControlAnswer

const done: ControlAnswer = { status: 200, body: {} }

const actions: Readonly<Record<string, Action>> = {
  'GET requests': ({ log }) => ok({ requests: log.records.map(readable) }),
  'DELETE requests': ({ log }) => did(() => log.clear()),

  'GET rules': ({ behaviours }) =>
    ok({ rules: behaviours.rules.map(({ id, rule }) => ({ id, ...rule })) }),
  'POST rules': ({ behaviours }, json) => {
    const rules = oneOrMany(json)
    for (const [index, rule] of rules.entries()) checkRule(rule, `rules[${index}]`)
    return { status: 201, body: { ids: rules.map((rule) => behaviours.add(rule as Rule)) } }
  },
  'DELETE rules': ({ behaviours }) => did(() => behaviours.clearRules()),

  'GET queue': ({ behaviours }) => ok({ queue: behaviours.queue }),
  'POST queue': ({ behaviours }, json) => {
    const queue = oneOrMany(json)
    for (const [index, each] of queue.entries()) checkBehaviour(each, `queue[${index}]`)
    behaviours.enqueue(queue as Behaviour[])
    return { status: 201, body: { length: behaviours.queue.length } }
  },
  'DELETE queue': ({ behaviours }) => did(() => behaviours.clearQueue()),

  'GET capacity': ({ quotas }) => ok({ capacity: quotas.limits }),
  'POST capacity': ({ quotas }, json) => {
    if (!isRecord(json)) throw wrongType('capacity', 'an object of limits by model id', json)
    const limits = Object.entries(json)
    for (const [model, limit] of limits) {
      if (limit !== null) checkCapacity(limit, `capacity[${JSON.stringify(model)}]`)
    }
    for (const [model, limit] of limits) quotas.set(model, (limit ?? undefined) as Capacity)
    return ok({ capacity: quotas.limits })
  },
  'DELETE capacity': ({ quotas }) => did(() => quotas.clear()),

  'POST reset': (to) => did(() => to.reset()),
}

/** Answers a request below `/_simulator/`. Never throws: what is wrong with the input is said in `error`. */
export function control(to: Controlled, method: string, path: string, text: string): ControlAnswer {
  const rule = /^rules\/(\d+)$/.exec(path)
  if (method === 'DELETE' && rule) {
    return to.behaviours.remove(Number(rule[1]))
      ? done
      : failure(404, `no rule has the id ${rule[1]}`)
  }
  const name = `${method} ${path}`
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!action) {
    const known = [...Object.keys(actions), 'DELETE rules/{id}'].join(', ')
    return failure(404, `no such control: ${name}. There are ${known}`)
  }
  try {
    return action(to, method === 'POST' && path !== 'reset' ? JSON.parse(text) : undefined)
  } catch (error) {
    const problem = error instanceof SyntaxError ? 'the body is not JSON' : (error as Error).message
    return failure(400, problem)
  }
}

function ok(body: unknown): ControlAnswer {
  return { status: 200, body }
}

function did(change: () => void): ControlAnswer {
  change()
  return done
}

function failure(status: number, error: string): ControlAnswer {
  return { status, body: { error } }
}

function oneOrMany(json: unknown): readonly unknown[] {
  return Array.isArray(json) ? json : [json]
}

/** JSON has no bytes. */
function readable<T extends { readonly body: unknown }>(record: T): unknown {
  const { body } = record
  return body instanceof Uint8Array
    ? { ...record, body: { base64: Buffer.from(body).toString('base64') } }
    : record
}
