import {
  mergeSnapshots,
  type Registry,
  type RegistrySnapshot,
  type RenderOptions,
  renderSnapshot,
} from '@holdfast/metrics'
import { type Member, Seat } from './seat.ts'

/** Options of {@link createFleetMetrics}. */
export interface FleetOptions {
  /** How long a scrape waits for the workers. Well below the scraper's own patience, which is 10 s by default. */
  readonly timeoutMs: number
  /** Told of a worker that did not answer in time. */
  readonly onLate: (worker: string) => void
}

/** Of a worker, for who hears from it. */
export interface Membership {
  /** It has told what it counted: because it was asked, or before it leaves. */
  told(snapshot: RegistrySnapshot): void
  /** It is gone, and all that it sent has been read. */
  left(): void
}

/** The metrics of all workers and of this process, as one. Goes wherever a handler wants something to render. */
export interface FleetMetrics extends Pick<Registry, 'render'> {
  /** @param ask - Asks the worker for a snapshot. It is called once it has told one, which shows that it is up. */
  join(worker: string, ask: () => void): Membership
}

/**
 * Collects on scrape. The other way, each worker pushing what it has every second, would cost that much all day for a
 * scrape every 15 s, show what was up to a second ago, and still not save what was counted between the last push and a
 * crash. This way all is of now, and the price is the wait for a worker that hangs, which is bounded.
 *
 * Counters must never go down, or Prometheus takes it for a restart and counts everything anew. So what a worker told
 * last stays in the totals while it is late, and for good when it is gone. One that leaves in good order tells once more
 * before; of one that crashes, what it counted since the last scrape is lost, as it is for a process by itself.
 */
export function createFleetMetrics(
  own: Registry,
  { timeoutMs, onLate }: FleetOptions,
): FleetMetrics {
  /** Never in another order: see there. */
  const seats: Seat[] = []
  let collecting: Promise<RegistrySnapshot> | undefined

  const exits = own.counter({ name: 'worker_exits_total', help: 'Workers that are gone.' })
  const lates = own.counter({
    name: 'worker_late_total',
    help: 'Scrapes that a worker did not answer in time: they have its counters of before and none of its gauges.',
  })

  function join(worker: string, ask: () => void): Membership {
    const member: Member = { worker, ask }
    const seat = seats.find(({ member }) => member === undefined) ?? new Seat()
    if (!seats.includes(seat)) seats.push(seat)
    seat.take(member)
    return {
      told(snapshot) {
        member.last = snapshot
        member.heard?.()
      },
      left() {
        seat.leave()
        exits.inc()
        member.heard?.()
      },
    }
  }

  /** @returns Whether it was heard of in time. */
  function heardOf(member: Member): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs, false)
      member.heard = () => {
        clearTimeout(timer)
        resolve(true)
      }
      member.ask()
    })
  }

  async function collect(): Promise<RegistrySnapshot> {
    // One that still starts is no hung one.
    const asked = seats.flatMap(({ member }) => (member?.last ? member : []))
    const answers = await Promise.all(asked.map(heardOf))
    const fresh = new Set(asked.filter((_, at) => answers[at]))
    for (const member of asked) {
      if (fresh.has(member)) continue
      lates.inc()
      onLate(member.worker)
    }
    const ours = await own.snapshot()
    return mergeSnapshots([...seats.map((seat) => seat.total(fresh)), ours])
  }

  async function render(options?: RenderOptions): Promise<string> {
    // Scrapes at the same time share one round, so that none shows less than one that was answered before it.
    collecting ??= collect().finally(() => {
      collecting = undefined
    })
    return renderSnapshot(await collecting, options)
  }

  return { join, render }
}
