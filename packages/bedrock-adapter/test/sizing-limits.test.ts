import { readFileSync } from 'node:fs'
import { ConverseCommand, type ConverseCommandInput } from '@aws-sdk/client-bedrock-runtime'
import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { type LimiterLayer, withResilience } from '../src/index.ts'
import { type Facts, limiterFor } from './sizing-example.ts'

useVirtualTime()

const page = read('../../../docs/sizing-limits.md')
const facts: Facts = {
  tokensPerMinute: 200_000,
  processes: 1,
  burndown: 5,
  inputTokens: 3_000,
  outputTokens: 400,
  answerMs: 12_000,
  largestTokens: 25_000,
  patienceMs: 20_000,
}
/** An hour's worth. At some 5100 tokens a call, three quarters of the quota. */
const CALLS = 1_800

test('the page shows the code that is run here', () => {
  expect(page).toContain(`\`\`\`ts\n${read('sizing-example.ts')}\`\`\``)
})

test('the page says what its numbers come to', () => {
  const { maxConcurrent, maxQueue, queueTimeoutMs, rates = [] } = limiterFor(facts)
  const [tokens] = rates
  const options = { maxConcurrent, maxQueue, queueTimeoutMs }
  expect(page).toContain(
    `\`${JSON.stringify(options)
      .replaceAll('"', '')
      .replaceAll(/([:,])/g, '$1 ')}\``
      .replace('{', '{ ')
      .replace('}', ' }'),
  )
  expect(page).toContain(`\`perMinute: ${tokens?.perMinute}\``)
  expect(page).toContain(`\`burst: ${tokens?.burst}\``)
})

const sized = limiterFor(facts)
const [tokens] = sized.rates ?? []
const aMinutesWorth = { ...tokens, name: 'tokens', perMinute: 200_000, burst: undefined }

test.each<[string, LimiterLayer, maxTokens?: number | undefined]>([
  ['the defaults, 5 at once', {}, 1_000],
  ['20 at once, 100 may wait', { maxConcurrent: 20, maxQueue: 100 }, 1_000],
  ['sized, but no rate', { ...sized, rates: [] }, 1_000],
  ['sized, but no rate, and no `maxTokens`', { ...sized, rates: [] }, undefined],
  [
    'sized, but a rate of 200 000 and its default burst',
    { ...sized, rates: [aMinutesWorth] },
    1_000,
  ],
  ['**sized**', sized, 1_000],
])('the page says what comes of %s', { timeout: 60_000 }, async (name, ...given) => {
  const row = await anHour(...given)
  expect(page).toContain(`| ${name} | ${row.join(' | ')} |`)
})

/** An hour of calls at random, one in two seconds: how they ended, and how long one in twenty waited, or longer. */
async function anHour(limiter: LimiterLayer, maxTokens?: number): Promise<string[]> {
  const chance = createRandom(1)
  const quota = createQuota(facts)
  const ends: Record<string, number> = {}
  const waits: number[] = []
  const client = withResilience(createService(chance, quota) as never, {
    models: ['m'],
    limiter,
    retry: false,
    circuitBreaker: false,
    onEvent: (event) => event.type === 'limiter.started' && waits.push(event.waitMs),
  }) as unknown as { send(command: ConverseCommand): Promise<object> }
  const count = (end: string) => {
    ends[end] = (ends[end] ?? 0) + 1
  }
  for (let call = 0; call < CALLS; call++) {
    await advance(exponential(chance, 3_600_000 / CALLS))
    client.send(createCommand(Math.min(exponential(chance, 3_000), 20_000), maxTokens)).then(
      () => count('answered'),
      ({ name }: Error) => count(name),
    )
  }
  await advance(120_000)
  const { answered = 0, ThrottlingException = 0, QueueFullError = 0, QueueTimeoutError = 0 } = ends
  const turnedAway = QueueFullError + QueueTimeoutError
  expect(answered + ThrottlingException + turnedAway).toBe(CALLS)
  const wait = waits.toSorted((a, b) => a - b)[Math.floor(0.95 * waits.length)] ?? 0
  return [answered, ThrottlingException, turnedAway, `${(wait / 1_000).toFixed(1)} s`].map(String)
}

/** Takes 30 ms a token of output. */
function createService(chance: () => number, quota: ReturnType<typeof createQuota>) {
  return {
    async send({ input }: ConverseCommand) {
      const settle = quota.start(input)
      const outputTokens = Math.min(exponential(chance, 400), maxTokensOf(input))
      await new Promise((resolve) => setTimeout(resolve, 30 * outputTokens))
      const inputTokens = tokensOf(input)
      settle(inputTokens + outputTokens * facts.burndown)
      return { output: {}, usage: { inputTokens, outputTokens } }
    },
  }
}

function createCommand(inputTokens: number, maxTokens: number | undefined): ConverseCommand {
  const text = 'x'.repeat(inputTokens * 4)
  return new ConverseCommand({
    modelId: 'm',
    messages: [{ role: 'user', content: [{ text }] }],
    inferenceConfig: { maxTokens },
  })
}

/** A tenth more than a token for four characters: an estimate is off. */
const tokensOf = ({ messages }: ConverseCommandInput): number =>
  Math.round(((messages?.[0]?.content?.[0]?.text?.length ?? 0) / 4) * 1.1)

/** Without one the model's own maximum holds. */
const maxTokensOf = ({ inferenceConfig }: ConverseCommandInput): number =>
  inferenceConfig?.maxTokens ?? 64_000

/** Reserves, as Bedrock does, what goes in and `maxTokens`, and corrects it at the end; of the last 60 s. */
function createQuota({ tokensPerMinute }: Facts) {
  let taken: { readonly at: number; tokens: number }[] = []
  return {
    start(input: ConverseCommandInput): (tokens: number) => void {
      const now = performance.now()
      taken = taken.filter(({ at }) => at > now - 60_000)
      const entry = { at: now, tokens: tokensOf(input) + maxTokensOf(input) }
      const used = taken.reduce((sum, { tokens }) => sum + tokens, 0)
      if (used + entry.tokens > tokensPerMinute) {
        const message = 'Too many tokens, please wait before trying again.'
        throw Object.assign(new Error(message), { name: 'ThrottlingException' })
      }
      taken.push(entry)
      return (tokens) => {
        entry.tokens = tokens
      }
    },
  }
}

function exponential(chance: () => number, mean: number): number {
  return Math.ceil(-Math.log(1 - chance()) * mean)
}

/** mulberry32 */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}
