/** Puts members on a function, getters as getters: a policy is callable and has properties. */
export function withMembers<F extends (...args: never[]) => unknown, M extends object>(
  callable: F,
  members: M,
): F & M {
  return Object.defineProperties(callable, Object.getOwnPropertyDescriptors(members)) as F & M
}
