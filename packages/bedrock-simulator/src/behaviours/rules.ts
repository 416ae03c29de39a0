import type { Operation } from '../operations/operation.ts'
import { type Random, seededRandom } from '../random.ts'
import type { Behaviour } from './behaviour.ts'
import { matchesGlob } from './glob.ts'

/** A behaviour for every request that it matches. */
export interface Rule {
  /** The model id (for ApplyGuardrail the guardrail's), exact or with `*` for any text. Default: every one. */
  readonly model?: string | undefined
  /** Default: every operation. */
  readonly operation?: Operation | undefined
  readonly behaviour: Behaviour
  /** How often the rule acts before it is gone. Default: without end. */
  readonly times?: number | undefined
  /** The chance, 0 to 1, that the rule acts on a request that it matches. Default 1. */
  readonly probability?: number | undefined
}

interface Entry {
  readonly id: number
  readonly rule: Rule
  left: number
}

/** Decides what is done with each request: the queue first, then the newest rule that matches. */
export class Behaviours {
  #queue: Behaviour[] = []
  #rules: Entry[] = []
  #random: Random
  #lastId = 0
  readonly #seed: number

  constructor(seed: number) {
    this.#seed = seed
    this.#random = seededRandom(seed)
  }

  get queue(): readonly Behaviour[] {
    return this.#queue
  }

  /** The rules in force, the newest first. */
  get rules(): readonly { readonly id: number; readonly rule: Rule }[] {
    return this.#rules.map(({ id, rule }) => ({ id, rule }))
  }

  enqueue(behaviours: readonly Behaviour[]): void {
    for (const behaviour of behaviours) this.#queue.push(behaviour)
  }

  clearQueue(): void {
    this.#queue = []
  }

  /** Returns the rule's id. */
  add(rule: Rule): number {
    const id = ++this.#lastId
    this.#rules.unshift({ id, rule, left: rule.times ?? Number.POSITIVE_INFINITY })
    return id
  }

  /** Whether there was such a rule. */
  remove(id: number): boolean {
    const before = this.#rules.length
    this.#rules = this.#rules.filter((entry) => entry.id !== id)
    return this.#rules.length < before
  }

  clearRules(): void {
    this.#rules = []
  }

  /** Nothing queued, no rules, and chance begins anew. */
  reset(): void {
    this.clearQueue()
    this.clearRules()
    this.#random = seededRandom(this.#seed)
  }

  next(model: string, operation: Operation): Behaviour {
    return this.#queue.shift() ?? this.#fromRules(model, operation) ?? { type: 'reply' }
  }

  #fromRules(model: string, operation: Operation): Behaviour | undefined {
    const entry = this.#rules.find(({ rule }) => {
      if (rule.operation !== undefined && rule.operation !== operation) return false
      if (rule.model !== undefined && !matchesGlob(rule.model, model)) return false
      return rule.probability === undefined || this.#random() < rule.probability
    })
    if (!entry) return undefined
    entry.left--
    if (entry.left <= 0) this.remove(entry.id)
    return entry.rule.behaviour
  }
}
