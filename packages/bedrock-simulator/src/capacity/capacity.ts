/** Limits of one model. Whatever is left out is without limit. */
export interface Capacity {
  /** Requests being answered at the same time. */
  readonly concurrent?: number | undefined
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
  readonly tokensPerDay?: number | undefined
  /** Tokens of quota that one token of output costs. Default: by the model's name, 1 to 15. */
  readonly burndown?: number | undefined
  /** Reserved when a request sets no `maxTokens`. Default 64000, as the service takes the model's maximum. */
  readonly defaultMaxTokens?: number | undefined
}
