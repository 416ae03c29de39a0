import type { Clock } from '@holdfast/retry'
import { drawExponential, type Random } from '../engine/random.ts'
import { createFifo } from './fifo.ts'
import type { Scenario } from './scenario.ts'

/** A server of limited capacity. */
export interface Server {
  /** Accepts a request and calls `answer` when its work is done. Returns `false` if the queue is full. */
  submit(answer: () => void): boolean
}

/**
 * Creates a server with a fixed concurrency and a bounded first-in, first-out queue. It does not notice when a client
 * gives up on a request, and completes the work anyway.
 */
export function createServer({ server, outage }: Scenario, clock: Clock, random: Random): Server {
  const waiting = createFifo<() => void>()
  let idle = server.workers

  function start(answer: () => void): void {
    const now = clock.now()
    const inOutage = now >= outage.fromMs && now < outage.untilMs
    const meanMs = server.serviceMs * (inOutage ? outage.slowdown : 1)
    clock.setTimeout(
      () => {
        const next = waiting.shift()
        if (next === undefined) idle++
        else start(next)
        answer()
      },
      drawExponential(random, meanMs),
    )
  }

  return {
    submit(answer) {
      if (idle > 0) {
        idle--
        start(answer)
        return true
      }
      if (waiting.length >= server.queueLimit) return false
      waiting.push(answer)
      return true
    },
  }
}
