import { isRecord } from '../json.ts'

/**
 * Says whether a value is what it should be, by throwing when not: a TypeError for a wrong kind of value,
 * a RangeError for a wrong one of the right kind. `path` names it in the message.
 */
export type Check = (value: unknown, path: string) => void

export function wrongType(path: string, expected: string, value: unknown): TypeError {
  return new TypeError(`${path}: expected ${expected}, got ${show(value)}`)
}

export function wrongValue(path: string, expected: string, value: unknown): RangeError {
  return new RangeError(`${path}: expected ${expected}, got ${show(value)}`)
}

export const string: Check = (value, path) => {
  if (typeof value !== 'string') throw wrongType(path, 'a string', value)
}

export const filled: Check = (value, path) => {
  string(value, path)
  if (value === '') throw wrongValue(path, 'a text that is not empty', value)
}

export const anything: Check = () => {}

export function integer(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): Check {
  return between(minimum, maximum, 'a whole number', Number.isSafeInteger)
}

export function number(minimum: number, maximum: number): Check {
  return between(minimum, maximum, 'a number', Number.isFinite)
}

// Timers of more than 31 bits fire at once.
export const milliseconds: Check = number(0, 2 ** 31 - 1)

export function oneOf(...allowed: readonly string[]): Check {
  return (value, path) => {
    if (typeof value !== 'string') throw wrongType(path, choice(allowed), value)
    if (!allowed.includes(value)) throw wrongValue(path, choice(allowed), value)
  }
}

export const boolean: Check = (value, path) => {
  if (typeof value !== 'boolean') throw wrongType(path, 'true or false', value)
}

export function list(item: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrongType(path, 'a list', value)
    for (const [index, each] of value.entries()) item(each, `${path}[${index}]`)
  }
}

/** An object whose names are free. */
export function record(member: Check): Check {
  return (value, path) => {
    if (!isRecord(value)) throw wrongType(path, 'an object', value)
    for (const [name, each] of Object.entries(value))
      member(each, `${path}[${JSON.stringify(name)}]`)
  }
}

/** An object with these members and no others; `undefined` counts as left out. */
export function shape(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const names = [...Object.keys(required), ...Object.keys(optional)]
  return (value, path) => {
    if (!isRecord(value)) throw wrongType(path, 'an object', value)
    for (const name of Object.keys(value)) {
      if (!names.includes(name)) {
        throw new TypeError(`${member(path, name)}: unknown name, expected ${choice(names)}`)
      }
    }
    for (const [name, check] of Object.entries(required)) check(value[name], member(path, name))
    for (const [name, check] of Object.entries(optional)) {
      if (value[name] !== undefined) check(value[name], member(path, name))
    }
  }
}

export function choice(allowed: readonly string[]): string {
  const quoted = allowed.map((each) => `'${each}'`)
  const last = quoted.pop()
  return quoted.length > 0 ? `${quoted.join(', ')} or ${last}` : String(last)
}

function between(
  minimum: number,
  maximum: number,
  kind: string,
  isKind: (value: unknown) => boolean,
): Check {
  const bounds =
    maximum === Number.MAX_SAFE_INTEGER ? `from ${minimum}` : `from ${minimum} to ${maximum}`
  return (value, path) => {
    if (typeof value !== 'number') throw wrongType(path, `${kind} ${bounds}`, value)
    if (!isKind(value) || value < minimum || value > maximum) {
      throw wrongValue(path, `${kind} ${bounds}`, value)
    }
  }
}

function member(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60))
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
