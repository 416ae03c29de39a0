import type { Latency } from './behaviours/answer.ts'
import type { Behaviour } from './behaviours/behaviour.ts'
import type { Rule } from './behaviours/rules.ts'
import type { Capacity } from './capacity/capacity.ts'
import type { RequestRecord } from './server/request-log.ts'
import type { TlsKeys } from './server/sniffing-server.ts'

/** How a simulator behaves from the start: also the contents of a script file. */
export interface Script {
  /** Makes chance and made-up ids repeatable. A whole number; default 1. */
  readonly seed?: number | undefined
  /** In order of age: the last one is the newest, and wins. */
  readonly rules?: readonly Rule[] | undefined
  /** One for each coming request, before any rule. */
  readonly queue?: readonly Behaviour[] | undefined
  /** By model id; `*` stands for every other model, each counted by itself. Default: no limits. */
  readonly capacity?: Readonly<Record<string, Capacity>> | undefined
}

/** Options of {@link startSimulator}. */
export interface SimulatorOptions extends Script {
  /** The address to listen on. Default `127.0.0.1`: nobody outside this machine. */
  readonly host?: string | undefined
  /** Default 0: any free port. */
  readonly port?: number | undefined
  /** Serve HTTPS, with HTTP/2 and HTTP/1.1 by ALPN. Default: plain HTTP. */
  readonly tls?: TlsKeys | undefined
  /** Reported latency; nothing waits for it (`delayMs` and `gapMs` do). */
  readonly latency?: Latency | undefined
  /** How many requests the log keeps, the latest ones. Default 10000. */
  readonly maxRequests?: number | undefined
  /** The longest request body, in bytes; a longer one is answered with 413. Default 25 MB. */
  readonly maxBodyBytes?: number | undefined
  /** The clock of log and quotas, in milliseconds. Default: monotonic, counted from 1970. */
  readonly now?: (() => number) | undefined
  /** Called with each request's record once it is done with. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined
}

/** A running simulator. */
export interface Simulator {
  /** Such as `http://127.0.0.1:49152`. */
  readonly url: string
  readonly port: number
  /** Spread it into `new BedrockRuntimeClient({ ... })`. */
  readonly clientConfig: {
    readonly endpoint: string
    readonly region: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** The log, oldest first: a live view. */
  readonly requests: readonly RequestRecord[]
  /** One behaviour for each coming request, in order, before any rule. Throws on a wrong one. */
  enqueue(...behaviours: Behaviour[]): void
  /** Adds a rule above all others and returns its removal. Throws on a wrong one. */
  addRule(rule: Rule): () => void
  /** Changes the limits of one model, or of all others with `*`; `undefined` lifts them. */
  setCapacity(model: string, capacity: Capacity | undefined): void
  /** Queue, rules, log, quotas and chance as at the start. */
  reset(): void
  /** Ends every request and connection. Resolves when no socket and no timer is left. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
