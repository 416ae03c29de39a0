/** What may be chosen for any simulation. */
export interface SimulationOptions {
  /** The same seed gives the same run, to the byte. */
  readonly seed: number
  readonly clients: number
}

/** What a simulation found. */
export interface Report {
  /** For people to read, as Markdown. */
  readonly text: string
  /** Writes it into the documents. */
  publish(): void
}

/** Runs from beginning to end in virtual time. */
export type Simulation = (options: SimulationOptions) => Report
