import type { Answer } from '../behaviours/answer.ts'
import type { Random } from '../random.ts'
import { EVENT_STREAM, eventFrame } from '../wire/event-stream.ts'
import type { Format, StreamEvent } from './format.ts'

/** A good response, ready to be sent as it is or to be spoiled. */
export interface Prepared {
  readonly headers: Readonly<Record<string, string>>
  /** The frames of a stream, or the one body. */
  readonly parts: readonly Uint8Array[]
  readonly isStream: boolean
}

export function unary(
  body: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Prepared {
  const bytes = Buffer.from(JSON.stringify(body))
  return {
    headers: { 'content-type': 'application/json', ...headers },
    parts: [bytes],
    isStream: false,
  }
}

/** A ConverseStream: each event under its own name. */
export function converseStream(format: Format, answer: Answer): Prepared {
  return {
    headers: { 'content-type': EVENT_STREAM },
    parts: format
      .events(answer)
      .map(({ type, payload }) => eventFrame(type, { ...payload, p: padding(answer.random) })),
    isStream: true,
  }
}

/** An InvokeModelWithResponseStream: each event as the base64 of a `chunk`, the last with the metrics. */
export function chunkStream(chunks: readonly StreamEvent['payload'][], answer: Answer): Prepared {
  return {
    headers: {
      'content-type': EVENT_STREAM,
      'x-amzn-bedrock-content-type': 'application/json',
    },
    parts: chunks.map((chunk, index) => {
      const last = index === chunks.length - 1
      const payload = last
        ? { ...chunk, 'amazon-bedrock-invocationMetrics': metrics(answer) }
        : chunk
      const bytes = Buffer.from(JSON.stringify(payload)).toString('base64')
      return eventFrame('chunk', { bytes, p: padding(answer.random) })
    }),
    isStream: true,
  }
}

function metrics({ usage, latencyMs, firstTokenMs }: Answer): Record<string, number> {
  return {
    inputTokenCount: usage.inputTokens,
    outputTokenCount: usage.outputTokens,
    invocationLatency: latencyMs,
    firstByteLatency: Math.min(firstTokenMs, latencyMs),
    ...(usage.cacheReadInputTokens !== undefined && {
      cacheReadInputTokenCount: usage.cacheReadInputTokens,
    }),
    ...(usage.cacheWriteInputTokens !== undefined && {
      cacheWriteInputTokenCount: usage.cacheWriteInputTokens,
    }),
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** The service pads every event at random, so that lengths on the wire do not give the text away. */
function padding(random: Random): string {
  return LETTERS.slice(0, Math.floor(random() * LETTERS.length))
}
