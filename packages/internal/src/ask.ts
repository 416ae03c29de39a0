/** Asks a predicate of the user's. One that throws says no: it must not take the place of the operation's own error. */
export function ask<T>(predicate: ((value: T) => boolean) | undefined, value: T): boolean {
  try {
    return predicate?.(value) === true
  } catch {
    return false
  }
}
