import { FlagDataError, type TextPosition } from './errors.ts'

/** A parsed value, with positions. */
export interface ParsedJson {
  /** As from `JSON.parse`, but objects have no prototype, so that `__proto__` is a key like any other. */
  readonly value: unknown
  /**
   * The position of the value at a path; for a value in an object the position of its name. If the path does not exist,
   * the position of its longest part that does.
   */
  positionOf(path: readonly string[]): TextPosition
}

const MAX_DEPTH = 100

// Blanks, then a token: punctuation, a string, a number, or a word. Empty at the end of the text and before anything else.
// Strings are matched run by run, which keeps long ones off the regular expression's stack. Takes linear time.
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON does not allow
  /[ \t\n\r]*([[\]{}:,]|"[^"\\\0-\x1f]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\\0-\x1f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|)/y

/**
 * Parses JSON as `JSON.parse` does, and keeps the position of each value. Stricter, it refuses names that occur twice in
 * an object, of which one would be lost silently, numbers that are too large for a double, a byte order mark, and more
 * than 100 levels.
 *
 * @throws FlagDataError with the position of the fault.
 */
export function parseJson(text: string): ParsedJson {
  /** For each object and array, where its parts start. */
  const places = new Map<unknown, Map<string, number>>()
  const tokens = new RegExp(TOKEN)
  let token = ''
  let start = 0

  function next(): void {
    token = tokens.exec(text)?.[1] ?? ''
    start = tokens.lastIndex - token.length
  }

  function wrong(message: string): FlagDataError {
    return new FlagDataError(message, { position: positionAt(text, start) })
  }

  function expected(what: string): FlagDataError {
    if (token === '' && text[start] === '"') {
      return wrong('This string does not end, or holds what JSON does not allow in one')
    }
    const found = start < text.length ? JSON.stringify(text[start]) : 'the end'
    return wrong(`Expected ${what}, not ${found}`)
  }

  function parseValue(depth: number): unknown {
    if (token === '{' || token === '[') return parseContainer(token, depth)
    if (/^[\]}:,]?$/.test(token)) throw expected('a value')
    const value: unknown = JSON.parse(token)
    // `JSON.parse` reads a number such as 1e999 as `Infinity`, which means something else, such as "no limit".
    if (value === Infinity || value === -Infinity) throw wrong('This number is too large')
    next()
    return value
  }

  function parseContainer(opening: '{' | '[', depth: number): unknown {
    if (depth === MAX_DEPTH) throw wrong(`Nested deeper than ${MAX_DEPTH} levels`)
    const closing = opening === '{' ? '}' : ']'
    const container = opening === '{' ? Object.create(null) : []
    const starts = new Map<string, number>()
    places.set(container, starts)
    next()
    while (token !== closing || starts.size > 0) {
      const place = start
      const key = opening === '{' ? parseName(starts) : String(starts.size)
      starts.set(key, place)
      container[key] = parseValue(depth + 1)
      if (token === closing) break
      if (token !== ',') throw expected(`"," or "${closing}"`)
      next()
    }
    next()
    return container
  }

  function parseName(known: ReadonlyMap<string, number>): string {
    if (!token.startsWith('"')) throw expected('a name in double quotes')
    const name: string = JSON.parse(token)
    if (known.has(name)) throw wrong(`The name ${token.slice(0, 64)} is there twice`)
    next()
    if (token !== ':') throw expected('":"')
    next()
    return name
  }

  next()
  const first = start
  const value = parseValue(0)
  if (start < text.length) throw expected('the end')

  return {
    value,
    positionOf(path) {
      let place = first
      let at = value
      for (const key of path) {
        const found = places.get(at)?.get(key)
        if (found === undefined) break
        place = found
        at = (at as Record<string, unknown>)[key]
      }
      return positionAt(text, place)
    },
  }
}

function positionAt(text: string, offset: number): TextPosition {
  const lines = text.slice(0, offset).split(/\r\n?|\n/)
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 }
}
