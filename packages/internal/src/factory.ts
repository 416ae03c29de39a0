import { checkFunction, refusal } from './options.ts'
import { readProperty } from './read-property.ts'

const NAME = Symbol.for('@holdfast/factory')

/**
 * Marks a function that creates functions, so that {@link checkCreated} recognizes it where somebody passes it without
 * calling it. Every copy of this code knows the mark. Call it under a `__PURE__` comment, so that bundlers can drop a
 * factory that is not used.
 */
export function factory<F extends (...args: never[]) => unknown>(name: string, create: F): F {
  return Object.defineProperty(create, NAME, { value: name })
}

/** @throws TypeError unless the value is a function, and not a factory that was not called. */
export function checkCreated(option: string, value: unknown): void {
  checkFunction(option, value)
  const name = readProperty(value, NAME)
  if (typeof name === 'string') {
    throw refusal(option, value, `what \`${name}(…)\` returns`)
  }
}
