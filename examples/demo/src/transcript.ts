import { styleText } from 'node:util'
import type { ResilienceEvent } from '@holdfast/bedrock-adapter'
import type { Observer, Result, Scenario } from './scenario.ts'

const paint: typeof styleText = process.stdout.isTTY ? styleText : (_, text) => text

/** Writes the events and results of the demo. */
export interface Transcript extends Observer {
  begin(scenario: Pick<Scenario, 'name' | 'description'>, number: number): void
  end(result: Result): void
  summary(results: readonly Result[]): void
}

/** Writes one line per event, and a table at the end. */
export function createTextTranscript(write: (line: string) => void): Transcript {
  return {
    begin(scenario, number) {
      write(`\n${paint('bold', `${number}. ${scenario.name}`)}  ${scenario.description}`)
    },
    event(event) {
      const [layer = '', what = ''] = event.type.split('.')
      // The creation of a policy is no step of a call. Metrics need these events, readers do not.
      if (what === 'created') return
      write(`   ${paint('cyan', layer.padEnd(16))} ${what.padEnd(14)} ${describe(event)}`)
    },
    note: (line) => write(`   ${paint('dim', `· ${line}`)}`),
    end({ passed, outcome, httpRequests }) {
      const mark = passed ? paint('green', '✓') : paint('red', '✗')
      write(`   ${mark} ${outcome}; HTTP requests: ${httpRequests ?? 'unknown'}`)
    },
    summary(results) {
      const rows = results.map(({ name, passed, outcome, modelUsed, httpRequests }) => [
        name,
        passed ? 'passed' : 'FAILED',
        String(httpRequests ?? '–'),
        modelUsed === null ? '–' : shortName(modelUsed),
        outcome,
      ])
      write('')
      for (const row of table([
        ['scenario', 'result', 'requests', 'model used', 'outcome'],
        ...rows,
      ]))
        write(row)
    },
  }
}

/** Writes one line of JSON per scenario. */
export function createJsonTranscript(write: (line: string) => void): Transcript {
  return {
    begin: () => {},
    event: () => {},
    note: () => {},
    end: (result) => write(JSON.stringify(result)),
    summary: () => {},
  }
}

/** The details of an event, as text. */
function describe(event: ResilienceEvent): string {
  switch (event.type) {
    case 'retry.scheduled':
      return `attempt ${event.attempt} failed (${event.errorClass}); waiting ${Math.round(event.waitMs)} ms`
    case 'retry.refused':
      return `after ${event.attempts} attempts at ${shortName(event.name)}: ${event.reason}`
    case 'callback.failed':
      return `${event.callback} of ${event.name}: ${event.error}`
    case 'retry.created':
      return shortName(event.name)
    case 'retry.succeeded':
    case 'retry.exhausted':
      return `after ${event.attempts} attempts at ${shortName(event.name)}`
    case 'fallback.switched':
      return `${shortName(event.from)} → ${shortName(event.to)} (${event.errorName})`
    case 'fallback.skipped':
    case 'fallback.attempted':
    case 'fallback.served':
      return shortName(event.candidate)
    case 'fallback.created':
    case 'fallback.exhausted':
      return event.candidates.map(shortName).join(', ')
    case 'circuit-breaker.state-changed':
      return `${shortName(event.name)}: ${event.from} → ${event.to}`
    case 'circuit-breaker.created':
    case 'circuit-breaker.evicted':
    case 'circuit-breaker.rejected':
      return `${shortName(event.name)} is ${event.state}`
    case 'circuit-breaker.settled':
      return `${shortName(event.name)}: ${event.outcome}`
    case 'limiter.created':
      return `${event.limit} at once`
    case 'limiter.queued':
      return `${event.queued} waiting`
    case 'limiter.started':
      return `after ${Math.round(event.waitMs)} ms in the queue`
    case 'limiter.rejected':
      return event.reason
    case 'limiter.settled':
      return event.outcome
    case 'limiter.limit-changed':
      return `limit ${event.from} → ${event.to}`
    case 'limiter.drained':
      return 'no calls are running or queued'
    case 'bedrock.stream-interrupted':
      return `${shortName(event.name)}: ${event.reason}`
    case 'bedrock.tokens-used':
      return `${shortName(event.name)}: ${event.inputTokens} in, ${event.outputTokens} out`
  }
}

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0` → `claude-sonnet-4-5` */
function shortName(modelId: string): string {
  return modelId.replace(/^(\w[\w-]*\.)*/, '').replace(/-\d{8}.*$/, '')
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths?.[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
