import { brokenConstraint, invalid } from '../exceptions.ts'
import { isRecord } from '../json.ts'

type Json = Record<string, unknown>

/** A structure of the request; left out counts as empty. */
export function member(body: Json, name: string): Json {
  const value = body[name]
  if (value === undefined || value === null) return {}
  if (!isRecord(value)) throw unexpected(value, name, 'a structure')
  return value
}

export function atLeast(value: unknown, minimum: number, name: string): void {
  if (value === undefined || value === null) return
  if (!Number.isInteger(value)) throw unexpected(value, name, 'an integer')
  if ((value as number) < minimum) {
    throw brokenConstraint(
      value,
      name,
      `Member must have value greater than or equal to ${minimum}`,
    )
  }
}

/** A probability-like setting, from 0 to 1. */
export function within(value: unknown, name: string): void {
  if (value === undefined || value === null) return
  if (typeof value !== 'number') throw unexpected(value, name, 'a number')
  if (value < 0 || value > 1) {
    const bound = value < 0 ? 'greater than or equal to 0' : 'less than or equal to 1'
    throw brokenConstraint(value, name, `Member must have value ${bound}`)
  }
}

export function unexpected(value: unknown, name: string, wanted: string): Error {
  const got = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`
  return invalid(
    `The format of the value at '${name}' is invalid: expected ${wanted}, got ${value === undefined ? 'nothing' : got}. Provide a json in the correct format and try again.`,
  )
}
