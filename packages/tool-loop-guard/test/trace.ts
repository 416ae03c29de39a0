/** A run of an agent, recorded or modelled on one that was reported, and what a good judge says of it. */
export interface Trace {
  readonly id: string
  /** What kind of run it is: also the name of its file. */
  readonly shape: string
  readonly label: 'loop' | 'healthy'
  /** Only the tuning set may be looked at while thresholds are chosen. */
  readonly set: 'tuning' | 'held-out'
  readonly why: string
  /** The address of the public report or transcript that the run is played after. */
  readonly reference?: string
  /** The field of work, such as `coding` or `support`. */
  readonly domain?: string
  /** Of a loop: the act at which the useless repetition begins, which is the second occurrence. From 0. */
  readonly loopStartsAt?: number
  /** What the user of this agent has said of its tools. Most have said nothing. */
  readonly tools?: Readonly<Record<string, TracePolicy>>
  /** The tools that there are, where the user has named them. */
  readonly known?: readonly string[]
  /** The user's own limit of steps, for agents that are meant to run for long. */
  readonly maxSteps?: number
  readonly steps: readonly TraceStep[]
}

/** What users say of a tool. */
export interface TracePolicy {
  /** It waits for something: the same result is to be expected for a while. */
  readonly poll?: boolean
  /** It is not to be watched. */
  readonly exempt?: boolean
  /** Keys of inputs and results that mean nothing. */
  readonly ignoreKeys?: readonly string[]
}

/** One answer of the model: its text, and the calls that it asks for at once. */
export interface TraceStep {
  /** What the user says before it. */
  readonly user?: string
  readonly text?: string
  readonly calls: readonly TraceCall[]
}

/** A call and how it ended. */
export type TraceCall = { readonly tool: string; readonly input: unknown } & (
  | { readonly output: unknown }
  | { readonly error: TraceError }
)

/** How a call failed. */
export interface TraceError {
  readonly message: string
  /** A throttle or an outage: the same call may work later. */
  readonly retryable?: boolean
}

/** How much a step costs a judge that lets it pass: each call is one act, and so is an answer without calls. */
export function actsOf({ calls }: TraceStep): number {
  return Math.max(1, calls.length)
}

/** The acts of a whole trace. */
export function countActs({ steps }: Trace): number {
  return steps.reduce((sum, step) => sum + actsOf(step), 0)
}
