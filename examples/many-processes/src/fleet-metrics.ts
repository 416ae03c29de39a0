import {
  mergeSnapshots,
  type Registry,
  type RegistrySnapshot,
  type RenderOptions,
  renderSnapshot,
} from '@holdfast/metrics'
import { type PoolWorker, WorkerSlot } from './worker-slot.ts'

/** Options of {@link createFleetMetrics}. */
export interface FleetOptions {
  /** How long a scrape waits for the workers, in milliseconds. Keep it well below the scrape timeout of Prometheus, 10 s by default. */
  readonly timeoutMs: number
  /** Called for each worker that did not answer in time. */
  readonly onLate: (worker: string) => void
}

/** The connection of one worker to the fleet's metrics. */
export interface WorkerConnection {
  /** Call it when the worker has sent a snapshot, on request or before it exits. */
  received(snapshot: RegistrySnapshot): void
  /** Call it when the worker has exited and all its messages have been read. */
  exited(): void
}

/** The combined metrics of all workers and of this process. Pass it to a metrics handler in place of a registry. */
export interface FleetMetrics extends Pick<Registry, 'render'> {
  /** @param ask - Requests a snapshot from the worker. It is called only after the worker has sent its first snapshot, which shows that it is up. */
  join(worker: string, ask: () => void): WorkerConnection
}

/**
 * Requests snapshots from all workers on each scrape. The alternative is that each worker pushes a snapshot every second. That
 * would cost more with a scrape every 15 s, show values up to a second old, and still lose what a worker counted between
 * its last push and a crash. With requests all values are current. The price is waiting for a worker that hangs, up to the timeout.
 *
 * Counters must never decrease, because Prometheus treats a decrease as a restart and counts everything again. So the last
 * snapshot of a worker stays in the totals while the worker is late, and permanently after it exits. A worker that exits
 * normally sends a final snapshot first. If a worker crashes, its counts since the last scrape are lost, as for any single process.
 */
export function createFleetMetrics(
  own: Registry,
  { timeoutMs, onLate }: FleetOptions,
): FleetMetrics {
  /** The order must not change, because the rounding of sums depends on it. */
  const slots: WorkerSlot[] = []
  let collecting: Promise<RegistrySnapshot> | undefined

  const exits = own.counter({ name: 'worker_exits_total', help: 'Workers that have exited.' })
  const lates = own.counter({
    name: 'worker_late_total',
    help: 'Scrapes that a worker did not answer in time. They contain its previous counters and none of its gauges.',
  })

  function join(worker: string, ask: () => void): WorkerConnection {
    const member: PoolWorker = { worker, ask }
    const slot = slots.find(({ member }) => member === undefined) ?? new WorkerSlot()
    if (!slots.includes(slot)) slots.push(slot)
    slot.take(member)
    return {
      received(snapshot) {
        member.last = snapshot
        member.onAnswer?.()
      },
      exited() {
        slot.leave()
        exits.inc()
        member.onAnswer?.()
      },
    }
  }

  /** @returns Whether the worker answered, or exited, in time. */
  function waitForAnswer(member: PoolWorker): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs, false)
      member.onAnswer = () => {
        clearTimeout(timer)
        resolve(true)
      }
      member.ask()
    })
  }

  async function collect(): Promise<RegistrySnapshot> {
    // A worker that has not sent a snapshot yet is still starting, so it is not late.
    const asked = slots.flatMap(({ member }) => (member?.last ? member : []))
    const answers = await Promise.all(asked.map(waitForAnswer))
    const fresh = new Set(asked.filter((_, at) => answers[at]))
    for (const member of asked) {
      if (fresh.has(member)) continue
      lates.inc()
      onLate(member.worker)
    }
    const ours = await own.snapshot()
    return mergeSnapshots([...slots.map((slot) => slot.total(fresh)), ours])
  }

  async function render(options?: RenderOptions): Promise<string> {
    // Concurrent scrapes share one round of requests, so that no scrape shows lower counters than an earlier response.
    collecting ??= collect().finally(() => {
      collecting = undefined
    })
    return renderSnapshot(await collecting, options)
  }

  return { join, render }
}
