/**
 * A refusal, thrown where the fault is found and answered as a problem document. It is not an Error, since capturing a
 * stack trace is most of the cost of one, and strangers decide how often requests are refused.
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

/** The title of a problem document, by status (RFC 9110). */
export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
}
