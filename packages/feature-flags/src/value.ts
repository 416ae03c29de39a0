import { checkNumber, refusal } from '@holdfast/internal'
import type { FlagDefinition } from './definition.ts'

/**
 * The value, if the flag takes it; of a json flag what its `validate` makes of it, frozen.
 *
 * @param what - Names it in the message.
 * @throws RangeError or TypeError that says what is allowed, but for a secret flag; of a json flag what its `validate` throws.
 */
export function checkValue(what: string, definition: FlagDefinition, value: unknown): unknown {
  try {
    return check(what, definition, value)
  } catch (error) {
    // The message would hold it.
    throw definition.secret ? new TypeError(`${what} does not take this value`) : error
  }
}

function check(what: string, definition: FlagDefinition, value: unknown): unknown {
  switch (definition.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw refusal(what, value, 'true or false')
      return value
    case 'integer':
    case 'number': {
      const { type, min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = definition
      return checkNumber(what, value, { min, max, integer: type === 'integer' })
    }
    case 'string':
      if (typeof value !== 'string') throw refusal(what, value, 'a string')
      return value
    case 'enum': {
      const allowed = definition.values.map((one) => JSON.stringify(one)).join(', ')
      if (!definition.values.includes(value as string))
        throw refusal(what, value, `one of ${allowed}`)
      return value
    }
    case 'json':
      return deepFreeze(definition.validate(structuredClone(value)))
  }
}

/** What one reader does to it, the next must not see. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
