import { createLogger } from '../create-logger.ts'
import type { Logger } from '../logger.ts'
import type { RequestRegistry } from './request-metrics.ts'

/** A line as it was written, without its time. */
export type Line = Readonly<Record<string, unknown>>

/** A logger, and what it has written. */
export function collectLines(): { readonly logger: Logger; readonly lines: Line[] } {
  const lines: Line[] = []
  const write = (text: string) => {
    const { time, msg: message, ...line } = JSON.parse(text)
    lines.push({ message, ...line })
  }
  return { logger: createLogger({ destination: { write } }), lines }
}

interface Collected {
  readonly registry: RequestRegistry
  readonly asked: readonly object[]
  readonly counted: readonly object[]
  readonly observed: readonly object[]
}

/** A registry that keeps what it is told. */
export function collectMetrics(): Collected {
  const asked: object[] = []
  const counted: object[] = []
  const observed: object[] = []
  const registry = {
    counter(options: object) {
      asked.push(options)
      return { inc: (labels: object) => void counted.push(labels) }
    },
    histogram(options: object) {
      asked.push(options)
      return {
        observe: (labels: object, seconds: number) => void observed.push({ ...labels, seconds }),
      }
    },
  }
  return { registry, asked, counted, observed }
}
