import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Scope } from './scope.ts'

/** In nanoseconds. Dashboards that draw one line alone draw the last. */
const LAGS: readonly (readonly [
  name: string,
  what: string,
  read: (measured: IntervalHistogram) => number,
])[] = [
  ['p50_', 'Median', (measured) => measured.percentile(50)],
  ['p90_', '90th percentile', (measured) => measured.percentile(90)],
  ['p99_', '99th percentile', (measured) => measured.percentile(99)],
  ['max_', 'Greatest', (measured) => measured.max],
  ['mean_', 'Mean', (measured) => measured.mean],
  ['', 'Mean', (measured) => measured.mean],
]

/** How late the event loop is, and how much of the time it is busy: both since the last scrape. */
export function collectEventLoop({ registry, own, atEnd }: Scope, resolutionMs: number): void {
  const measured = monitorEventLoopDelay({ resolution: resolutionMs })
  const lags = LAGS.map(([name, what, read]) => {
    const gauge = registry.gauge({
      name: `nodejs_eventloop_lag_${name}seconds`,
      help: `${what} of the event loop's lags since the last scrape, in seconds.`,
      unit: 'seconds',
      merge: 'max',
      // One for all, as what it reads begins anew.
      collect: name === '' ? tell : undefined,
    })
    return { gauge: own(gauge), read }
  })

  function tell(): void {
    // A scrape may come before the first measurement since the last: then nothing is known that was not before.
    if (measured.count === 0) return
    for (const { gauge, read } of lags) {
      // Node tells how long it was until the timer fired: what that was set to is no lag.
      gauge.set(Math.max(0, read(measured) - resolutionMs * 1e6) / 1e9)
    }
    // Now, so that what this scrape is about to do is the next one's to tell. Begins with the timer's next firing.
    measured.reset()
  }

  let before = performance.eventLoopUtilization()
  own(
    registry.gauge({
      name: 'nodejs_eventloop_utilization',
      help: 'What part of the time since the last scrape the event loop was busy for.',
      merge: 'max',
      collect: (gauge) => {
        const now = performance.eventLoopUtilization()
        // Of no time it is no number.
        gauge.set(performance.eventLoopUtilization(now, before).utilization || 0)
        before = now
      },
    }),
  )
  measured.enable()
  atEnd(() => measured.disable())
}
