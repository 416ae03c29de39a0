/** Short, and nothing that could end a header or a line, or be taken for markup. */
const REQUEST_ID = /^[\w-]{1,128}$/

/**
 * The id that came with the request, if it can be one, or else a new one. A new one is not the trace's id: one trace may
 * have many requests here, and a client that tries again within it would share its id with what failed before.
 */
export const requestId = (given: unknown): string =>
  typeof given === 'string' && REQUEST_ID.test(given) ? given : crypto.randomUUID()
