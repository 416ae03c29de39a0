import { refusal } from '@holdfast/internal'

// A name without dots and brackets, or in brackets an index, a star, or a quoted name.
const STEP = /(?:^|\.)([^.[\]]+)|\[(?:(\d+|\*)|"((?:[^"\\]|\\.)*)")\]/y

/**
 * The names and indices of a path such as `a.b[0]["c.d"].*`.
 *
 * @throws RangeError naming the option and the path.
 */
export function parsePath(option: string, path: string): readonly string[] {
  const keys: string[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < path.length) {
    const [step, name, index, quoted] = STEP.exec(path) ?? []
    if (step === undefined) throw refusal(option, path, 'paths such as a.b[0].*', RangeError)
    keys.push(name ?? index ?? (quoted as string).replace(/\\(.)/g, '$1'))
  }
  return keys
}
