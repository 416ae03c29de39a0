import { createRandom, drawExponential } from '../engine/random.ts'
import { createVirtualTime } from '../engine/virtual-time.ts'
import type { Fault, Retrying, RetryPolicy } from './policies.ts'
import type { Scenario } from './scenario.ts'
import { createServer } from './server.ts'

/** Counts for each second of a run. */
export interface Timeline {
  /** Calls that started. */
  readonly calls: readonly number[]
  /** Requests that clients sent: first attempts and retries. */
  readonly requests: readonly number[]
  /** Calls that succeeded in that second: the goodput. */
  readonly successes: readonly number[]
  /** Calls that started in that second and succeeded, in that second or later. */
  readonly kept: readonly number[]
}

interface Call {
  readonly process: Retrying
  readonly second: number
}

/**
 * Runs all clients of a scenario with one policy. Calls start at the same times under every policy. The arrivals of all
 * clients form one Poisson process, and each call is assigned to a random process.
 */
export function simulate(scenario: Scenario, policy: RetryPolicy): Timeline {
  const { seed, endMs, callsPerSecond, timeoutMs, faultRate } = scenario
  const clock = createVirtualTime(endMs)
  const arrivals = createRandom(seed, 1)
  const jitter = createRandom(seed, 2)
  const faults = createRandom(seed, 3)
  const server = createServer(scenario, clock, createRandom(seed, 4))
  const processes = Array.from({ length: scenario.processes }, () => policy.start(clock, jitter))

  const calls = zeros(endMs)
  const requests = zeros(endMs)
  const successes = zeros(endMs)
  const kept = zeros(endMs)

  function begin(): void {
    const process = processes[Math.floor(arrivals() * processes.length)] as Retrying
    const second = currentSecond()
    count(calls, second)
    process.budget?.begin()
    send({ process, second }, 1)
    scheduleNextCall()
  }

  function send(call: Call, attempt: number, paidFor?: Fault): void {
    count(requests, currentSecond())
    let timedOut = false
    const answer = () => {
      if (timedOut) return
      clock.clearTimeout(timer)
      call.process.budget?.succeed(paidFor)
      count(successes, currentSecond())
      count(kept, call.second)
    }
    if (faults() < faultRate || !server.submit(answer)) {
      retryAfter('transient', call, attempt)
      return
    }
    const timer = clock.setTimeout(() => {
      timedOut = true
      retryAfter('timeout', call, attempt)
    }, timeoutMs)
  }

  function retryAfter(fault: Fault, call: Call, attempt: number): void {
    const waitMs = call.process.afterFailure(attempt, fault)
    if (waitMs !== undefined) clock.setTimeout(() => send(call, attempt + 1, fault), waitMs)
  }

  function scheduleNextCall(): void {
    clock.setTimeout(begin, drawExponential(arrivals, 1_000 / callsPerSecond))
  }

  function currentSecond(): number {
    return Math.floor(clock.now() / 1_000)
  }

  scheduleNextCall()
  clock.run()
  return { calls, requests, successes, kept }
}

function zeros(endMs: number): number[] {
  return Array<number>(Math.ceil(endMs / 1_000)).fill(0)
}

function count(counts: number[], second: number): void {
  counts[second] = (counts[second] ?? 0) + 1
}
