import { countActs, type Trace } from './trace.ts'

/** The value itself, when it is a trace; a `TypeError` that names the place and what is wrong otherwise. */
export function checkTrace(value: unknown, where: string): Trace {
  const trace = record(value, where)
  keys(trace, where, ['id', 'shape', 'label', 'set', 'why', 'steps'], optionalOfTrace)
  for (const key of ['id', 'shape', 'why']) text(trace[key], `${where}.${key}`)
  for (const key of ['reference', 'domain']) {
    if (key in trace) text(trace[key], `${where}.${key}`)
  }
  oneOf(trace['label'], `${where}.label`, ['loop', 'healthy'])
  oneOf(trace['set'], `${where}.set`, ['tuning', 'held-out'])
  if ('tools' in trace) {
    for (const [tool, policy] of Object.entries(record(trace['tools'], `${where}.tools`))) {
      checkPolicy(policy, `${where}.tools.${tool}`)
    }
  }
  if ('known' in trace) texts(trace['known'], `${where}.known`)
  if ('maxSteps' in trace) index(trace['maxSteps'], `${where}.maxSteps`)
  list(trace['steps'], `${where}.steps`).forEach((step, n) => {
    checkStep(step, `${where}.steps[${n}]`)
  })
  const checked = value as Trace
  checkStart(checked, where)
  return checked
}

const optionalOfTrace = ['reference', 'domain', 'loopStartsAt', 'tools', 'known', 'maxSteps']

function checkStart(trace: Trace, where: string): void {
  if ('loopStartsAt' in trace !== (trace.label === 'loop')) {
    throw new TypeError(`${where}: loopStartsAt is for loops, and each of them has one`)
  }
  if (trace.loopStartsAt === undefined) return
  index(trace.loopStartsAt, `${where}.loopStartsAt`)
  if (trace.loopStartsAt >= countActs(trace)) {
    throw new TypeError(`${where}.loopStartsAt is beyond the trace's end`)
  }
}

function checkPolicy(value: unknown, where: string): void {
  const policy = record(value, where)
  keys(policy, where, [], ['poll', 'exempt', 'ignoreKeys'])
  for (const key of ['poll', 'exempt']) if (key in policy) flag(policy[key], `${where}.${key}`)
  if ('ignoreKeys' in policy) texts(policy['ignoreKeys'], `${where}.ignoreKeys`)
}

function checkStep(value: unknown, where: string): void {
  const step = record(value, where)
  keys(step, where, ['calls'], ['user', 'text'])
  for (const key of ['user', 'text']) if (key in step) text(step[key], `${where}.${key}`)
  const calls = array(step['calls'], `${where}.calls`)
  if (calls.length === 0 && !('text' in step)) {
    throw new TypeError(`${where} has neither text nor calls`)
  }
  calls.forEach((call, n) => {
    checkCall(call, `${where}.calls[${n}]`)
  })
}

function checkCall(value: unknown, where: string): void {
  const call = record(value, where)
  const ending = 'error' in call ? 'error' : 'output'
  keys(call, where, ['tool', 'input', ending], [])
  text(call['tool'], `${where}.tool`)
  if (ending === 'output') return
  const error = record(call['error'], `${where}.error`)
  keys(error, `${where}.error`, ['message'], ['retryable'])
  text(error['message'], `${where}.error.message`)
  if ('retryable' in error) flag(error['retryable'], `${where}.error.retryable`)
}

type Fields = Readonly<Record<string, unknown>>

function record(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new TypeError(`${where} must be an object`)
}

function keys(value: Fields, where: string, needed: string[], optional: string[]): void {
  const missing = needed.find((key) => !(key in value))
  if (missing !== undefined) throw new TypeError(`${where} lacks "${missing}"`)
  const unknown = Object.keys(value).find((key) => ![...needed, ...optional].includes(key))
  if (unknown !== undefined) throw new TypeError(`${where} has an unknown field "${unknown}"`)
}

function text(value: unknown, where: string): void {
  if (typeof value !== 'string' || value === '') {
    throw new TypeError(`${where} must be a text that is not empty`)
  }
}

function flag(value: unknown, where: string): void {
  if (typeof value !== 'boolean') throw new TypeError(`${where} must be a boolean`)
}

function index(value: unknown, where: string): void {
  if (!Number.isInteger(value) || (value as number) < 1) {
    throw new TypeError(`${where} must be an integer of 1 or more`)
  }
}

function oneOf(value: unknown, where: string, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) {
    throw new TypeError(`${where} must be one of ${allowed.join(', ')}`)
  }
}

function array(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError(`${where} must be a list`)
  return value
}

function list(value: unknown, where: string): readonly unknown[] {
  const items = array(value, where)
  if (items.length === 0) throw new TypeError(`${where} must not be empty`)
  return items
}

function texts(value: unknown, where: string): void {
  list(value, where).forEach((item, n) => {
    text(item, `${where}[${n}]`)
  })
}
