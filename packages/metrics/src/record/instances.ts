/** How many policies are told apart at once. Names and instances may be made of anything, and memory is not endless. */
const MAX_INSTANCES = 10_000

/**
 * What the policies of each name last reported, so that two policies with the same name add up instead of overwriting each
 * other. Beyond ten thousand policies, those of one name are no longer told apart.
 */
export class Instances<State> {
  readonly #byName = new Map<string, Map<number | undefined, State>>()
  #size = 0

  /** Remembers the state of one policy, and returns the states of all policies of its name. */
  set(name: string, instance: number | undefined, state: State): Iterable<State> {
    const states = this.#byName.get(name) ?? new Map<number | undefined, State>()
    this.#byName.set(name, states)
    const key = states.has(instance) || this.#size < MAX_INSTANCES ? instance : undefined
    if (!states.has(key)) this.#size++
    states.set(key, state)
    return states.values()
  }

  /** The state that a policy last reported. */
  get(name: string, instance: number | undefined): State | undefined {
    return this.#byName.get(name)?.get(instance)
  }

  /** Forgets a policy, and returns the states of the others of its name. */
  delete(name: string, instance: number | undefined): Iterable<State> {
    const states = this.#byName.get(name)
    if (states?.delete(instance)) this.#size--
    if (states?.size === 0) this.#byName.delete(name)
    return states?.values() ?? []
  }
}
