/** Who the flag is evaluated for. Attributes may be of any type; only those that a rule names are read. */
export interface EvaluationContext {
  /** Identifies the user, or the tenant, for percentages, unless a rule names another attribute. */
  readonly targetingKey?: string | undefined
  readonly [attribute: string]: unknown
}

/** A test of one attribute. */
export type Condition =
  | { readonly attribute: string; readonly equals: string | number | boolean | null }
  | { readonly attribute: string; readonly in: readonly (string | number | boolean | null)[] }
  | { readonly attribute: string; readonly startsWith: string }
  /** A version that must lie in a range: `>=1.2.0`, `^2.1`, `~1.4`, several of them joined by spaces. */
  | { readonly attribute: string; readonly semver: string }

/** A value for the contexts that fulfill all conditions, or for a percentage of them. */
export interface Rule {
  readonly when?: readonly Condition[] | undefined
  /**
   * From 0 to 100, with up to three decimals. 0 includes nobody and 100 everybody, with or without a key. A key that is
   * included at 10 is included at 20 as well, also in the next rule: if a rule gives a value to 10 percent, a second rule
   * with 30 gives its value to another 20 percent.
   */
  readonly percentage?: number | undefined
  /**
   * The attribute that decides who is included. Default `targetingKey`. A context without it is included at 100 percent
   * only.
   */
  readonly by?: string | undefined
  readonly value: unknown
}
