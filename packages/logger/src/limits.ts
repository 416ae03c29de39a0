import { checkNumber } from '@holdfast/internal'

/** How much of what it is given a line may take. What is left out is told in its place. */
export interface Limits {
  /** How deep objects may lie in each other. Default 8. */
  readonly maxDepth: number
  /** How many entries of an object, array, map or set are written. Default 200. */
  readonly maxEntries: number
  /** In characters. Default 16 384. */
  readonly maxStringLength: number
  /** In characters, before they are escaped. Default 65 536. */
  readonly maxLineLength: number
}

/** @throws TypeError or RangeError naming the limit that is wrong. */
export function checkLimits(limits: Partial<Limits> = {}): Limits {
  const { maxDepth = 8, maxEntries = 200 } = limits
  const { maxStringLength = 16_384, maxLineLength = 65_536 } = limits
  const checked = { maxDepth, maxEntries, maxStringLength, maxLineLength }
  for (const [name, value] of Object.entries(checked)) {
    checkNumber(`limits.${name}`, value, { min: 1, integer: true })
  }
  return checked
}
