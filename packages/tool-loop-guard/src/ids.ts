import { Hash } from './hash.ts'

/** Ids of providers are shorter than this. What follows of a longer one is replaced by its hash. */
const MAX_ID = 100

/** An id of bounded length; `undefined` for what is no string or an empty one. */
export function boundedId(id: unknown): string | undefined {
  if (typeof id !== 'string' || id === '') return undefined
  if (id.length <= MAX_ID) return id
  const hash = new Hash()
  hash.addText(id, 0, id.length, 1)
  return `${id.slice(0, MAX_ID)}#${id.length}#${hash.result}`
}
