/** Something that holds or does not, whatever the machine. */
export interface Check {
  readonly title: string
  /** What was seen, against what is allowed. */
  readonly findings: readonly { readonly text: string; readonly holds: boolean }[]
}
