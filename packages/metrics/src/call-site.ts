/** The line that called `caller`, or nothing where the engine does not tell. */
export function callSite(caller: (...args: never[]) => unknown): string {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace?.(holder, caller)
  // The first line is the error's name and message. Another's `prepareStackTrace` may make anything of it.
  const line = typeof holder.stack === 'string' ? holder.stack.split('\n')[1] : undefined
  return line?.trim() ?? 'at a place unknown'
}
