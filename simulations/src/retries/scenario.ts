/** The clients, the server, and the outage of one run. Times are in milliseconds. */
export interface Scenario {
  readonly seed: number
  readonly clients: number
  /** The number of processes that the clients are spread over evenly. All clients of a process share one budget. */
  readonly processes: number
  /** The calls of all clients together. */
  readonly callsPerSecond: number
  /** After this time a client counts a request as failed. The server does not notice, and completes the work. */
  readonly timeoutMs: number
  /** The fraction of requests that fail immediately for a random reason, independent of the server's load. */
  readonly faultRate: number
  readonly server: {
    /** How many requests the server works on concurrently. */
    readonly workers: number
    /** The mean service time of one request. */
    readonly serviceMs: number
    /** The queue's capacity. When the queue is full, the server answers with an error immediately. */
    readonly queueLimit: number
  }
  readonly outage: {
    readonly fromMs: number
    readonly untilMs: number
    /** The factor by which service times grow for requests whose work starts during the outage. */
    readonly slowdown: number
  }
  readonly endMs: number
}

/** The options of {@link createScenario}. */
export interface ScenarioOptions {
  readonly seed: number
  readonly clients: number
  readonly processes?: number | undefined
}

/** Creates the scenario of the page. Load and capacity are proportional to the number of clients: the load is always 70 % of capacity. */
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

/** How many requests per second the healthy server can answer. */
export function capacityOf({ server }: Scenario): number {
  return (server.workers / server.serviceMs) * 1_000
}
