const nothing = () => {}

/**
 * Keeps a promise that nobody waits for from ending the process when it rejects. Returns whether the value is a promise:
 * any object with a `then`, since a promise of another realm is no instance of this one's `Promise`.
 */
export function silence(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { then } = value as PromiseLike<unknown>
  if (typeof then !== 'function') return false
  // A thenable may reject with another, and that one must be silent as well.
  Promise.resolve(value).catch(nothing)
  return true
}
