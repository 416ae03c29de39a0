/** What a policy hands to the operation that it runs, and to the policies inside it. */
export interface Context {
  /** Aborts the call. The call then rejects at once with this signal's own `reason`. */
  readonly signal?: AbortSignal | undefined
  /**
   * When the call must have ended, in milliseconds on the policies' clock. Set by a timeout and by a retry with a
   * deadline, so that a policy inside them does not begin a wait that would end too late.
   */
  readonly deadlineAt?: number | undefined
}

/** The work that a policy runs: any function of a context, synchronous or not. */
export type Operation<T, C extends Context = Context> = (context: C) => T | PromiseLike<T>

/**
 * A function that runs your function.
 *
 * @typeParam C - The context that the operation receives: what the caller passes and what this policy adds.
 * @typeParam Given - The context that the caller may pass: what this policy reads.
 */
export type Policy<C extends Context = Context, Given extends Context = Context> = <T>(
  operation: Operation<T, C>,
  context?: Given,
) => Promise<T>
