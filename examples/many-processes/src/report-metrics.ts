import type { Registry } from '@holdfast/metrics'
import type { Told } from './messages.ts'

/** A worker's half: tells the process that is scraped what was counted here. */
export interface Reporter {
  /** To be called when the worker is up, and whenever it is asked. */
  tell(): Promise<void>
  /** To be called when no work is left, before the worker leaves. */
  tellLast(): Promise<void>
}

/** @param send - Resolves when the message is on its way. */
export function createReporter(
  registry: Registry,
  send: (message: Told) => void | Promise<void>,
): Reporter {
  const tell = async () => send({ type: 'metrics.told', snapshot: await registry.snapshot() })
  return {
    tell,
    async tellLast() {
      // One that is being taken for a scrape would be shared, and may be older than the last job.
      await registry.snapshot()
      await tell()
    },
  }
}
