/** The options of every simulation. */
export interface SimulationOptions {
  /** The same seed gives the same output, byte for byte. */
  readonly seed: number
  readonly clients: number
}

/** The result of a simulation. */
export interface Report {
  /** The report, as Markdown. */
  readonly text: string
  /** Writes the report into the documents. */
  publish(): void
}

/** Runs a simulation to its end, in virtual time. */
export type Simulation = (options: SimulationOptions) => Report
