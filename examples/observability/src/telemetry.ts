import { createLogger, type Logger, logEvents, pretty, type Threshold } from '@holdfast/logger'
import { createRegistry, type HoldfastEvent, type Registry, recordEvents } from '@holdfast/metrics'
import { collectProcessMetrics } from '@holdfast/metrics/process'

/** Where all that happens is told. */
export interface Telemetry {
  readonly logger: Logger
  readonly registry: Registry
  /** For every `onEvent` there is. */
  onEvent(event: HoldfastEvent): void
  stop(): void
}

export function startTelemetry(level: Threshold): Telemetry {
  const destination = process.stdout.isTTY ? pretty() : undefined
  const logger = createLogger({ name: 'chat', level, destination })
  const log = logEvents(logger)
  const registry = createRegistry({ onEvent: log })
  const record = recordEvents(registry)
  const processMetrics = collectProcessMetrics(registry)
  return {
    logger,
    registry,
    onEvent(event) {
      record(event)
      log(event)
    },
    stop: () => processMetrics.stop(),
  }
}
