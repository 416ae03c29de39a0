/** A version, or the beginning of one: the release has one to three numbers. Build metadata is ignored. */
interface Version {
  readonly release: readonly number[]
  /** Empty for a release. */
  readonly prerelease: readonly string[]
}

// In a function, so that bundles without ranges leave it out.
const COMPARATOR = /* @__PURE__ */ comparatorPattern()

function comparatorPattern(): RegExp {
  const number = '(0|[1-9]\\d{0,14})'
  const identifier = '(?:0|[1-9]\\d*|\\d*[a-zA-Z-][\\da-zA-Z-]*)'
  const identifiers = '[\\da-zA-Z-]+(?:\\.[\\da-zA-Z-]+)*'
  const prerelease = `(?:-(${identifier}(?:\\.${identifier})*))?`
  const patch = `${number}${prerelease}(?:\\+${identifiers})?`
  return new RegExp(`^([<>]=?|!?=|[~^])?${number}(?:\\.${number}(?:\\.${patch})?)?$`)
}

/** No version is longer. Bounds the time that the expressions take for a text from outside. */
const MAX_LENGTH = 256

/**
 * Returns a function that tests whether a version is in a range, or `undefined` if the range is invalid. A range is
 * `>=1.2.0`, `^2.1`, `~1.4`, `=1.0.0`, `!=1.0.0`, or `1.0.0`, or several of these separated by spaces, which must all
 * hold. A partial version stands for all versions that begin with it: `1.2` is `>=1.2.0 <1.3.0`.
 *
 * Precedence is that of SemVer 2.0.0, so `2.0.0-rc.1` is in `<2.0.0`. A partial bound excludes its prereleases, as in npm:
 * `2.0.0-rc.1` is not in `<2`, `^1.0.0`, or `1`. A text that is not a version is in no range.
 */
export function compileRange(range: string): ((version: string) => boolean) | undefined {
  const parts = range.length > MAX_LENGTH ? null : range.match(/[^ ]+/g)
  const comparators = parts?.map(comparator)
  if (!comparators || comparators.includes(undefined)) return undefined
  return (text) => {
    const version = parseVersion(text)
    return version !== undefined && comparators.every((holds) => holds?.(version))
  }
}

/** By the place of a version: before what is written (-1), at it or within it (0), or after it (1). */
const OPERATORS: Readonly<Record<string, (place: number) => boolean>> = {
  '<': (place) => place < 0,
  '<=': (place) => place <= 0,
  '>': (place) => place > 0,
  '>=': (place) => place >= 0,
  '!=': (place) => place !== 0,
}
const isWithin = (place: number) => place === 0

function comparator(text: string): ((version: Version) => boolean) | undefined {
  const match = COMPARATOR.exec(text)
  if (match === null) return undefined
  const operator = match[1] ?? '='
  const written = versionOf(match)
  const end = endOf(operator, written)
  const start = operator === '<' && end ? withPrereleases(written) : written
  const holds = OPERATORS[operator] ?? isWithin
  return (version) => {
    const fromStart = compare(version, start)
    const isBeyond = end ? compare(version, end) >= 0 : fromStart > 0
    return holds(fromStart < 0 ? -1 : Number(isBeyond))
  }
}

/** The first version after those that are meant; `undefined` if only one is meant. */
function endOf(operator: string, { release }: Version): Version | undefined {
  let last = release.length - 1
  if (operator === '~') last = Math.min(last, 1)
  else if (operator === '^') {
    const first = release.findIndex((number) => number > 0)
    if (first >= 0) last = first
  } else if (last === 2) return undefined
  const next = release.slice(0, last + 1)
  next[last] = (next[last] as number) + 1
  return withPrereleases({ release: next, prerelease: [] })
}

/** `-0` precedes all other prereleases. */
const withPrereleases = ({ release }: Version): Version => ({ release, prerelease: ['0'] })

function parseVersion(text: string): Version | undefined {
  const match = text.length > MAX_LENGTH ? null : COMPARATOR.exec(text)
  return match && match[1] === undefined && match[4] !== undefined ? versionOf(match) : undefined
}

function versionOf(match: RegExpExecArray): Version {
  const release = match.slice(2, 5).filter((number) => number !== undefined)
  return { release: release.map(Number), prerelease: match[5]?.split('.') ?? [] }
}

/** Negative if `a` precedes `b`. Missing numbers count as 0. */
function compare(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a.release[i] ?? 0) - (b.release[i] ?? 0)
    if (difference !== 0) return difference
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return b.prerelease.length - a.prerelease.length
  }
  for (const [i, identifier] of a.prerelease.entries()) {
    const other = b.prerelease[i]
    if (other === undefined) return 1
    if (identifier !== other) return compareIdentifiers(identifier, other)
  }
  return a.prerelease.length - b.prerelease.length
}

/** Compares two different identifiers. Numbers come first; they may have any size, so they are compared as digits. */
function compareIdentifiers(a: string, b: string): number {
  const isNumber = /^\d+$/
  const order = Number(isNumber.test(b)) - Number(isNumber.test(a))
  if (order !== 0) return order
  if (isNumber.test(a) && a.length !== b.length) return a.length - b.length
  return a < b ? -1 : 1
}
