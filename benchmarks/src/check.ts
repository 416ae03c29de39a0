/** A statement that must be true on any machine. */
export interface Check {
  readonly title: string
  /** The measured values, each with its limit. */
  readonly findings: readonly { readonly text: string; readonly holds: boolean }[]
}
