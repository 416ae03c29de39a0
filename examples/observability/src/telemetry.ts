import { createLogger, type Logger, logEvents, pretty, type Threshold } from '@holdfast/logger'
import { createRegistry, type HoldfastEvent, type Registry, recordEvents } from '@holdfast/metrics'
import { collectProcessMetrics } from '@holdfast/metrics/process'

/** The logger and metrics of the service. */
export interface Telemetry {
  readonly logger: Logger
  readonly registry: Registry
  /** Records an event in the metrics and the log. Pass it to every `onEvent` option. */
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
