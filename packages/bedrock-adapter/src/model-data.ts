/**
 * What Bedrock serves, as of 2026-12-01. Each identifier is written out: a profile of one geography says nothing about the
 * others, and some never existed.
 *
 * Sources: https://docs.aws.amazon.com/bedrock/latest/userguide/model-lifecycle.html; of Claude 3.7 Sonnet (end of life
 * 2026-04-28) https://github.com/BerriAI/litellm/pull/26721; of Claude Sonnet 4 (end of life 2026-10-14), Sonnet 4.6, and
 * Haiku 4.5 https://github.com/strands-agents/samples/pull/299; of the profile of Sonnet 4.5
 * https://github.com/awslabs/threat-composer/pull/290. They were read as public reports: no AWS account was used.
 */
const CHAINS: readonly (readonly string[])[] = [
  [
    'global.anthropic.claude-sonnet-4-6',
    'global.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'global.anthropic.claude-haiku-4-5-20251001-v1:0',
  ],
  [
    'us.anthropic.claude-sonnet-4-6',
    'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  ],
  ['eu.anthropic.claude-sonnet-4-5-20250929-v1:0', 'eu.anthropic.claude-haiku-4-5-20251001-v1:0'],
]

/** The models of a command that names none: Claude Sonnet 4.6, Sonnet 4.5, and Haiku 4.5, in their global profiles. */
export const DEFAULT_MODELS: readonly string[] = CHAINS[0] ?? []

/**
 * The chain of the service that Holdfast grew from: Claude Sonnet 4.5, 3.7, and 3.5. Bedrock no longer serves the last two.
 * Use it with the simulator.
 */
export const ORIGINAL_MODELS: readonly string[] = [
  'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  'us.anthropic.claude-3-7-sonnet-20250219-v1:0',
  'us.anthropic.claude-3-5-sonnet-20241022-v2:0',
]

/** The default chain in the same geography, from this model on. A model that is in none has no fallback by default. */
export function defaultChainFor(modelId: string): readonly string[] {
  const chain = CHAINS.find((models) => models.includes(modelId)) ?? [modelId]
  return chain.slice(chain.indexOf(modelId))
}
