import type { Check } from './check.ts'
import type { Comparison } from './compare.ts'

/** The comparisons and checks of one package, run by `npm run bench -- <name>`. */
export interface Part {
  readonly comparisons: readonly Comparison[]
  readonly checks?: readonly (() => Promise<Check>)[]
  /** Other results, as sections of Markdown. */
  readonly tables?: readonly (() => Promise<string>)[]
  /** Releases the resources of the part. */
  close?(): Promise<void>
}
