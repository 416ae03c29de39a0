/** Who calls, what answers, and what goes wrong. Times are in milliseconds. */
export interface Scenario {
  readonly seed: number
  readonly clients: number
  /** The clients live in so many processes, in equal parts; a budget is shared within a process. */
  readonly processes: number
  /** Of all clients together. */
  readonly callsPerSecond: number
  /** After so long a client counts a request as failed. The server is not told. */
  readonly timeoutMs: number
  /** The part of all requests that fails by itself, at once, whatever the server's state. */
  readonly faultRate: number
  readonly server: {
    /** How many requests are in work at once. */
    readonly workers: number
    /** How long one is in work, in the mean. */
    readonly serviceMs: number
    /** How many may wait; any more are answered with an error at once. */
    readonly queueLimit: number
  }
  readonly outage: {
    readonly fromMs: number
    readonly untilMs: number
    /** Work begun in the outage takes so many times as long. */
    readonly slowdown: number
  }
  readonly endMs: number
}

/** What may be chosen of a scenario. */
export interface ScenarioOptions {
  readonly seed: number
  readonly clients: number
  readonly processes?: number | undefined
}

/** The scenario of the page. Load and capacity grow with the clients, so that the load is always 70 % of capacity. */
export function createScenario({ seed, clients, processes = 10 }: ScenarioOptions): Scenario {
  const serviceMs = 50
  const workers = Math.max(1, Math.round(clients / 40))
  const capacity = (workers / serviceMs) * 1_000
  return {
    seed,
    clients,
    processes: Math.min(processes, clients),
    callsPerSecond: 0.7 * capacity,
    timeoutMs: 1_000,
    faultRate: 0.01,
    server: { workers, serviceMs, queueLimit: 2 * capacity },
    outage: { fromMs: 20_000, untilMs: 40_000, slowdown: 20 },
    endMs: 120_000,
  }
}

/** How many requests a second the healthy server can answer. */
export function capacityOf({ server }: Scenario): number {
  return (server.workers / server.serviceMs) * 1_000
}
