import { checkBooleans, checkNumber } from '@holdfast/internal'
import { ascending } from '../ascending.ts'
import type { Registry } from '../metrics.ts'
import { collectEventLoop } from './event-loop.ts'
import { collectGc } from './gc.ts'
import { collectHeap } from './heap.ts'
import { collectOpenFiles } from './open-files.ts'
import { collectResources } from './resources.ts'
import type { Scope } from './scope.ts'
import { collectUsage } from './usage.ts'

/** Options of {@link collectProcessMetrics}: which groups of metrics there are, and how they measure. */
export interface ProcessMetricsOptions {
  /** `process_cpu_*`, `process_resident_memory_bytes`, `process_start_time_seconds`, `nodejs_version_info`. Default true. */
  readonly usage?: boolean | undefined
  /** `process_open_fds`, `process_max_fds`. On Linux alone. Default true. */
  readonly openFiles?: boolean | undefined
  /** `nodejs_heap_*`, `nodejs_external_memory_bytes`. Default true. */
  readonly heap?: boolean | undefined
  /** `nodejs_eventloop_*`. Default true. */
  readonly eventLoop?: boolean | undefined
  /** `nodejs_gc_duration_seconds`. Default true. */
  readonly gc?: boolean | undefined
  /** `nodejs_active_resources`. Default true. */
  readonly resources?: boolean | undefined
  /**
   * How often the event loop's lag is measured, in milliseconds: a whole number up to 60 000. Each time wakes an idle
   * process up, which is what it costs; of a lag shorter than this only a part is seen. Default 20.
   */
  readonly eventLoopResolutionMs?: number | undefined
  /** Upper bounds of `nodejs_gc_duration_seconds`, in seconds. Default 0.001, 0.01, 0.1, 1, 2, 5. */
  readonly gcBuckets?: readonly number[] | undefined
}

/** What is collected, until it is stopped. */
export interface ProcessMetrics {
  /** Ends all that runs for the metrics and unregisters them. Further calls do nothing. */
  stop(): void
  /** As `stop`. */
  [Symbol.dispose](): void
}

/** A registry has them once: they would count each collection of garbage twice. */
const running = new WeakMap<Registry, ProcessMetrics>()

/**
 * Tells of the process and of Node in the metrics that Prometheus's clients have for them. What is measured between
 * scrapes, the event loop and the collection of garbage, is so from now until `stop`; it keeps no process alive. Of a
 * registry that has them already, those before are stopped.
 *
 * @throws RangeError or TypeError naming the option that is wrong, RangeError when the registry has another metric under
 * one of their names. Nothing is left on then.
 *
 * @example
 * const processMetrics = collectProcessMetrics(registry, { gc: false })
 */
export function collectProcessMetrics(
  registry: Registry,
  options: ProcessMetricsOptions = {},
): ProcessMetrics {
  const { usage = true, openFiles = true, heap = true, eventLoop = true } = options
  const { gc = true, resources = true, eventLoopResolutionMs = 20 } = options
  const { gcBuckets = [0.001, 0.01, 0.1, 1, 2, 5] } = options
  checkBooleans(options, 'usage', 'openFiles', 'heap', 'eventLoop', 'gc', 'resources')
  checkNumber('eventLoopResolutionMs', eventLoopResolutionMs, {
    min: 1,
    max: 60_000,
    integer: true,
  })
  const buckets = ascending('gcBuckets', gcBuckets, { min: 0 })

  running.get(registry)?.stop()
  const ends: (() => void)[] = []
  const stop = () => {
    for (const end of ends.splice(0)) end()
  }
  const scope: Scope = {
    registry,
    own(metric) {
      ends.push(() => registry.unregister(metric.name))
      return metric
    },
    atEnd: (end) => ends.push(end),
  }
  try {
    // First, as the collectors of the open files are such resources themselves.
    if (resources) collectResources(scope)
    if (usage) collectUsage(scope)
    if (openFiles) collectOpenFiles(scope)
    if (heap) collectHeap(scope)
    if (eventLoop) collectEventLoop(scope, eventLoopResolutionMs)
    if (gc) collectGc(scope, buckets)
  } catch (error) {
    stop()
    throw error
  }
  const started = { stop, [Symbol.dispose]: stop }
  running.set(registry, started)
  return started
}
