/**
 * How many tokens of quota one token of output costs on `bedrock-runtime`.
 * Source: the service's quota page (`quotas-token-burndown`) as of September 2026. The numbers change
 * with each family of models: set `burndown` where you know better.
 */
export function defaultBurndown(model: string): number {
  if (/claude-[a-z]+-4-8\b/.test(model)) return 15
  if (/claude-(?:sonnet|opus)-5(?!\d)|claude-fable-5-1\b/.test(model)) return 10
  if (/claude/.test(model)) return 5
  if (/gpt-5\.6/.test(model)) return 10
  return 1
}
