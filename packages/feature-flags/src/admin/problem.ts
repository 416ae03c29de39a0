/**
 * A refusal, thrown where it is found and answered as a problem document. It is no Error: a trace of the stack is nine
 * tenths of what one costs, and requests are refused at a stranger's pace.
 */
export class Problem {
  readonly status: number
  readonly detail: string | undefined
  readonly headers: Readonly<Record<string, string>>

  /** @param detail - What the status alone does not say. The client reads it. */
  constructor(status: number, detail?: string, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.detail = detail
    this.headers = headers
  }
}
