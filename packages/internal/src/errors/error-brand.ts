import { readProperty } from '../read-property.ts'

/** Marks an error, so that another copy of the package knows it too. Not enumerable: it is not data. */
export function brand(error: Error, name: string): void {
  Object.defineProperty(error, Symbol.for(`@holdfast/${name}`), { value: true })
}

/** Whether any copy of the package branded this value with that name. */
export function isBranded(value: unknown, name: string): boolean {
  return readProperty(value, Symbol.for(`@holdfast/${name}`)) === true
}
