import { checkNumber, refusal } from '@holdfast/internal'
import type { FlagDefinition, JsonFlag } from './definition.ts'

/**
 * The value, if the flag takes it; of a json flag what its `validate` makes of it, frozen.
 *
 * @param what - Names it in the message.
 * @throws RangeError or TypeError that says what is allowed, but for a secret flag; of a json flag a TypeError with what
 * its `validate` throws as the cause.
 */
export function checkValue(what: string, definition: FlagDefinition, value: unknown): unknown {
  try {
    return check(what, definition, value)
  } catch (error) {
    // The message would hold it.
    throw definition.secret ? new TypeError(`\`${what}\` does not take this value`) : error
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
      return frozenJson(what, validated(what, definition, value))
  }
}

function validated(what: string, { validate }: JsonFlag, value: unknown): unknown {
  try {
    // A copy: what becomes of the original is not to change the flag.
    return validate(structuredClone(value))
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new TypeError(`\`${what}\` is not valid: ${message}`, { cause })
  }
}

/**
 * Freezes it with all that is in it: what one reader does to it, the next must not see.
 *
 * @throws TypeError for what is not JSON, such as a promise, a Map or nothing at all. It could be neither frozen nor
 * compared nor shown.
 */
function frozenJson(what: string, value: unknown): unknown {
  const kind = Object.prototype.toString.call(value)
  if (kind === '[object Object]' || kind === '[object Array]') {
    for (const inner of Object.values(Object.freeze(value) as object)) {
      // As of an optional property.
      if (inner !== undefined) frozenJson(what, inner)
    }
    return value
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (Number.isFinite(value)) return value
  throw refusal(what, value, 'JSON, once validated')
}
