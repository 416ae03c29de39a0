import { DEFAULT_MODELS } from '@holdfast/bedrock-adapter'
import { expect, vi } from 'vitest'
import type { Program } from './program.ts'
import type { PrometheusServer } from './prometheus-server.ts'

const [PRIMARY = '', SECONDARY = '', TERTIARY = ''] = DEFAULT_MODELS
const DOWN = { type: 'error', error: 'ServiceUnavailableException' }
const THROTTLED = { type: 'error', error: 'ThrottlingException' }
const STUBBORN = {
  type: 'reply',
  content: [{ toolUse: { name: 'lookup', input: { word: 'holdfast' } } }],
}
const HANGS = { type: 'hang', at: 'before-headers' }
const PATIENCE = { timeout: 10_000, interval: 50 }

/** The expected sum of each query after the scenario. */
export const EXPECTED: Readonly<Record<string, number>> = {
  // One successful call, one throttled call, one invalid call, one call while all models are down, and four while the first is down.
  [`circuit_breaker_success_total{name="${PRIMARY}"}`]: 2,
  [`circuit_breaker_ignored_total{name="${PRIMARY}"}`]: 1,
  [`circuit_breaker_failure_total{name="${PRIMARY}"}`]: 5,
  [`circuit_breaker_failure_total{name="${SECONDARY}"}`]: 1,
  [`circuit_breaker_failure_total{name="${TERTIARY}"}`]: 1,
  // After that the first model is skipped: by one call, and by the 25 calls that the limiter admits during the load peak.
  [`circuit_breaker_rejected_total{name="${PRIMARY}"}`]: 26,
  [`circuit_breaker_success_total{name="${SECONDARY}"}`]: 25,
  [`circuit_breaker_ignored_total{name="${SECONDARY}"}`]: 5,
  [`circuit_breaker_state{name="${PRIMARY}",state="open"}`]: 2,
  [`circuit_breaker_state{name="${SECONDARY}",state="closed"}`]: 0,

  [`model_fallback_attempt_total{model_id="${PRIMARY}"}`]: 34,
  [`model_fallback_total{from_model="${PRIMARY}",to_model="${SECONDARY}"}`]: 31,
  [`model_fallback_total{from_model="${SECONDARY}",to_model="${TERTIARY}"}`]: 1,
  [`model_fallback_success_total{model_id="${PRIMARY}"}`]: 2,
  [`model_fallback_success_total{model_id="${SECONDARY}"}`]: 25,
  model_fallback_exhausted_total: 1,

  limiter_in_flight: 0,
  limiter_queue_size: 0,
  'limiter_rejected_total{reason="full"}': 5,
  limiter_failed_total: 1,
  limiter_ignored_total: 6,

  'retry_attempts_total{reason="throttle"}': 2,
  [`retry_attempts_total{reason="transient",name="${PRIMARY}"}`]: 15,
  [`retry_exhausted_total{name="${PRIMARY}"}`]: 5,
  [`retry_exhausted_total{name="${SECONDARY}"}`]: 1,

  'tool_loop_guard_triggered_total{name="agent",reason!="",action="finish"}': 1,

  'feature_flag_changes_total{flag="RETRY_WAIT_MS"}': 1,
  'feature_flag_changes_total{flag="MAX_CONCURRENT"}': 1,

  'http_requests_total{method="POST",route="/chat",status="200"}': 27,
  'http_requests_total{method="POST",route="/chat",status="aborted"}': 5,
  'http_requests_total{method="POST",route="/chat",status="502"}': 1,
  'http_requests_total{method="POST",route="/chat",status="503"}': 6,
  'http_requests_total{method="POST",route="/agent",status="200"}': 1,
  'http_requests_total{method="POST",route="unmatched",status="404"}': 1,
  'http_request_duration_seconds_count{route="/chat"}': 39,

  [`bedrock_tokens_total{model_id="${PRIMARY}",direction="input"}`]: 100,
  [`bedrock_tokens_total{model_id="${PRIMARY}",direction="output"}`]: 20,
  [`bedrock_tokens_total{model_id="${PRIMARY}",direction="cache_read"}`]: 7,
  [`bedrock_tokens_total{model_id="${PRIMARY}",direction="cache_write"}`]: 3,
}

/** The running and queued calls that Prometheus saw during the load peak. */
export interface Rush {
  readonly inFlight: number
  readonly queued: number
}

/** Causes every event that the metrics should show. Resolves when all calls have been answered. */
export async function play(program: Program, prometheus: PrometheusServer): Promise<Rush> {
  const ask = (question: string) => program.post('/chat', question)
  await program.turn('RETRY_WAIT_MS', 1)

  const usage = { inputTokens: 60, outputTokens: 15, cacheReadInputTokens: 7 }
  const more = { inputTokens: 40, outputTokens: 5, cacheWriteInputTokens: 3 }
  await program.simulate('queue', [
    { type: 'reply', text: 'A root of kelp.', usage },
    THROTTLED,
    THROTTLED,
    { type: 'reply', text: 'Still.', usage: more },
  ])
  await ask('What is a holdfast?')
  await ask('Again?')

  await program.simulate('queue', { type: 'error', error: 'ValidationException' })
  await ask('?')
  await program.post('/elsewhere', 'Anybody?')
  await program.simulate('rules', { model: '*nova*', behaviour: STUBBORN })
  await program.post('/agent', 'What does holdfast mean?')

  await program.simulate('queue', Array(12).fill(DOWN))
  await ask('Is anybody there?')
  await program.simulate('rules', { model: PRIMARY, behaviour: DOWN })
  await Promise.all([1, 2, 3, 4].map((number) => ask(`Failing ${number}`)))
  await ask('While it is open')

  return rush(program, prometheus)
}

/**
 * Sends thirty concurrent calls. Five run until their clients abort. Twenty wait until Prometheus has seen them and the limit
 * is raised.
 */
async function rush(program: Program, prometheus: PrometheusServer): Promise<Rush> {
  const ask = (question: string, signal?: AbortSignal) => program.post('/chat', question, signal)
  const leave = new AbortController()
  const before = count(program, 'limiter.started')
  await program.simulate('queue', Array(5).fill(HANGS))
  const held = Promise.allSettled(
    [1, 2, 3, 4, 5].map((number) => ask(`Held ${number}`, leave.signal)),
  )
  await vi.waitFor(() => expect(count(program, 'limiter.started')).toBe(before + 5), PATIENCE)
  const others = Promise.allSettled(
    Array.from({ length: 25 }, (_, number) => ask(`Rush ${number}`)),
  )
  const queued = async () => {
    expect(await prometheus.number('limiter_queue_size')).toBe(20)
  }
  await vi.waitFor(queued, PATIENCE)
  const seen = {
    inFlight: await prometheus.number('limiter_in_flight'),
    queued: await prometheus.number('limiter_queue_size'),
  }
  await program.turn('MAX_CONCURRENT', 50)
  await others
  leave.abort()
  await held
  const left = () => program.lines.filter(({ aborted }) => aborted)
  await vi.waitFor(() => expect(left().length).toBe(5), PATIENCE)
  return seen
}

const count = ({ lines }: Program, type: string): number =>
  lines.filter(({ msg }) => msg === type).length
