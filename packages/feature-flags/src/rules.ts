/** Who asks. Attributes may be anything, and are looked at only when a rule names them. */
export interface EvaluationContext {
  /** What percentages go by, unless a rule names another attribute: the user, the tenant. */
  readonly targetingKey?: string | undefined
  readonly [attribute: string]: unknown
}

/** One test of an attribute. */
export type Condition =
  | { readonly attribute: string; readonly equals: string | number | boolean | null }
  | { readonly attribute: string; readonly in: readonly (string | number | boolean | null)[] }
  | { readonly attribute: string; readonly startsWith: string }
  /** A version that must lie in a range: `>=1.2.0`, `^2.1`, `~1.4`, several of them joined by spaces. */
  | { readonly attribute: string; readonly semver: string }

/** A value for some: those who fulfil all conditions, or a percentage of them. */
export interface Rule {
  readonly when?: readonly Condition[] | undefined
  /**
   * From 0 to 100, with up to three decimals. Who is among 10 is among 20 too, also in the next rule: after one of 10
   * percent for a value, one of 30 gives another value to 20 percent.
   */
  readonly percentage?: number | undefined
  /** The attribute that the percentage goes by. Default `targetingKey`. Who has none is not among them. */
  readonly by?: string | undefined
  readonly value: unknown
}
