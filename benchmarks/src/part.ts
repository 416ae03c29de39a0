import type { Check } from './check.ts'
import type { Comparison } from './compare.ts'

/** What `npm run bench -- <name>` runs: the comparisons and checks of one package. */
export interface Part {
  readonly comparisons: readonly Comparison[]
  readonly checks?: readonly (() => Promise<Check>)[]
  /** Anything else to tell, as sections of Markdown. */
  readonly tables?: readonly (() => Promise<string>)[]
  /** Lets go of what the part holds. */
  close?(): Promise<void>
}
