import { createCircuitBreaker } from '@holdfast/circuit-breaker'
import { createFlags, defineFlags } from '@holdfast/feature-flags'
import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { createLimiter } from '@holdfast/limiter'
import { fallback, timeout } from '@holdfast/pipeline'
import { createRetry } from '@holdfast/retry'
import { describe, expect, test } from 'vitest'
import { createLogger, type LogEventsOptions, logEvents, type Threshold } from './index.ts'

useVirtualTime()

type Line = Readonly<Record<string, unknown>>

function hearing(options?: LogEventsOptions, level: Threshold = 'trace') {
  const lines: Line[] = []
  const write = (text: string) => {
    const { time, ...line } = JSON.parse(text)
    lines.push(line)
  }
  const logger = createLogger({ name: 'shop', level, destination: { write } })
  return { onEvent: logEvents(logger, options), lines }
}

const levelsOf = (lines: readonly Line[], type: string): unknown[] =>
  lines.filter(({ msg }) => msg === type).map(({ level }) => level)

describe('the events of the packages', () => {
  test('a breaker that opens is a warning, with its name apart from that of the logger', async () => {
    const { onEvent, lines } = hearing()
    const breaker = createCircuitBreaker({ name: 'search', onEvent })
    for (let n = 0; n < 5; n++)
      await breaker(() => Promise.reject(new Error('down'))).catch(() => {})
    const change = lines.findLast(({ msg }) => msg === 'circuit-breaker.state-changed')
    expect(change).toMatchObject({
      level: 'warn',
      name: 'shop',
      policy: 'search',
      from: 'closed',
      to: 'open',
    })
    await advance(30_000)
    await breaker(() => 'up')
    expect(levelsOf(lines, 'circuit-breaker.state-changed')).toEqual(['warn', 'info', 'info'])
    expect(levelsOf(lines, 'circuit-breaker.settled')).toEqual(Array(6).fill('debug'))
  })

  test('a call that is turned away is a warning, one whose caller has left is not', async () => {
    const { onEvent, lines } = hearing()
    const limiter = createLimiter({ maxConcurrent: 1, maxQueue: 1, onEvent })
    const permit = await limiter.acquire()
    const left = new AbortController()
    const waiting = limiter.acquire({ signal: left.signal }).catch(() => {})
    await limiter.acquire().catch(() => {})
    left.abort()
    await waiting
    permit.succeed()
    expect(levelsOf(lines, 'limiter.rejected')).toEqual(['warn', 'debug'])
    expect(levelsOf(lines, 'limiter.started')).toEqual(['debug'])
  })

  test('retries are told, and that there are none left is a warning', async () => {
    const { onEvent, lines } = hearing()
    const backoff = () => 0
    const call = createRetry({ retries: 1, backoff, retryable: () => true, onEvent })
    const failed = call(() => Promise.reject(new Error('down'))).catch(() => {})
    await advance(1)
    await failed
    expect(levelsOf(lines, 'retry.scheduled')).toEqual(['info'])
    expect(levelsOf(lines, 'retry.exhausted')).toEqual(['warn'])
  })

  test('a fallback is a warning, and that none answered an error', async () => {
    const { onEvent, lines } = hearing()
    const models = fallback(['large', 'small'], { onEvent })
    await models(() => Promise.reject(new Error('down'))).catch(() => {})
    expect(levelsOf(lines, 'fallback.switched')).toEqual(['warn'])
    expect(levelsOf(lines, 'fallback.exhausted')).toEqual(['error'])
    const brief = timeout({ ms: 1, onEvent })
    const late = brief(() => new Promise(() => {})).catch(() => {})
    await advance(1)
    await late
    expect(levelsOf(lines, 'timeout.expired')).toEqual(['warn'])
  })

  test('a flag that changes is told, and a listener that throws is an error with its cause', async () => {
    const { onEvent, lines } = hearing()
    const flags = createFlags({
      flags: defineFlags({ FAST: { type: 'boolean', default: false } }),
      onEvent,
    })
    flags.onChange(() => {
      throw new Error('ours')
    })
    await flags.ready()
    flags.override('FAST', true, { actor: 'ann' })
    await advance(0)
    expect(lines.find(({ msg }) => msg === 'feature-flags.changed')).toMatchObject({
      level: 'info',
      flag: 'FAST',
      actor: 'ann',
    })
    expect(lines.find(({ msg }) => msg === 'feature-flags.listener-failed')).toMatchObject({
      level: 'error',
      error: { message: 'ours' },
    })
    flags.close()
  })
})

test.each([
  ['bedrock.stream-interrupted', {}, 'error'],
  ['feature-flags.admin-refused', { status: 401 }, 'warn'],
  ['feature-flags.source-changed', { state: 'stale', error: new Error('gone') }, 'warn'],
  ['feature-flags.source-changed', { state: 'ready' }, 'info'],
  ['limiter.drained', {}, 'info'],
  ['limiter.limit-changed', { from: 1, to: 2 }, 'info'],
  ['metrics.collect-failed', {}, 'warn'],
  ['metrics.series-dropped', {}, 'warn'],
  ['retry.refused', {}, 'warn'],
  ['tool-loop-guard.triggered', {}, 'warn'],
  ['something.else', {}, 'debug'],
  ['toString', {}, 'debug'],
])('%s %o is of level %s', (type, facts, level) => {
  const { onEvent, lines } = hearing()
  onEvent({ type, name: 'one', ...facts })
  expect(levelsOf(lines, type)).toEqual([level])
})

test('what the logger tells of itself is not written: it would lose more lines', () => {
  const { onEvent, lines } = hearing()
  onEvent({ type: 'logger.lines-dropped' })
  expect(lines).toEqual([])
})

test('the level of an event may be another, or none', () => {
  const { onEvent, lines } = hearing({
    levels: { 'retry.scheduled': 'error', 'own.one': 'silent' },
  })
  onEvent({ type: 'retry.scheduled' })
  onEvent({ type: 'own.one' })
  onEvent({ type: 'retry.exhausted' })
  expect(lines.map(({ msg, level }) => [msg, level])).toEqual([
    ['retry.scheduled', 'error'],
    ['retry.exhausted', 'warn'],
  ])
})

test('a level that there is not is refused at once', () => {
  expect(() => hearing({ levels: { 'own.one': 'loud' as 'warn' } })).toThrow(
    /`levels\.own\.one` must be one of trace, .*silent, not "loud"/,
  )
})

test('what the logger would not write costs no line', () => {
  const { onEvent, lines } = hearing({}, 'warn')
  onEvent({ type: 'limiter.started' })
  expect(lines).toEqual([])
})
