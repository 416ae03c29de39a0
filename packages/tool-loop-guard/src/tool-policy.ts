import type { LimitOptions } from './limits.ts'

/** What holds for one tool. */
export interface ToolPolicy {
  /** It waits for something: the same call with the same result is fine for longer (`limits.poll`). */
  readonly poll?: boolean | undefined
  /** No detector looks at it. Budgets and steps count it all the same. */
  readonly exempt?: boolean | undefined
  /** In place of the guard's. */
  readonly limits?: LimitOptions | undefined
  /** Keys of input and output that mean nothing, besides those of request ids and times. */
  readonly ignoreKeys?: readonly string[] | undefined
  /** What an input is compared as: one that throws is as good as none. */
  readonly normalizeInput?: ((input: unknown) => unknown) | undefined
  /** What an output is compared as. */
  readonly normalizeOutput?: ((output: unknown) => unknown) | undefined
  /**
   * Whether the tool does work that counts even when it is acknowledged in the same words. Default: yes, but for tools whose
   * names tell of plans, to-do lists, hand-overs and waiting.
   */
  readonly work?: boolean | undefined
}
