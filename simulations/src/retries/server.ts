import type { Clock } from '@holdfast/retry'
import { drawExponential, type Random } from '../engine/random.ts'
import { createFifo } from './fifo.ts'
import type { Scenario } from './scenario.ts'

/** A server of limited capacity. */
export interface Server {
  /** Takes a request, and answers when its work is done; `false` if the queue is full. */
  submit(answer: () => void): boolean
}

/**
 * Makes a server that works on so many requests at once, lets so many wait, first come first served, and cannot know
 * that a client has given one up: the work is done all the same.
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
