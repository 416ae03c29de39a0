import { checkNumber, refusal, shorten, silence } from '@holdfast/internal'
import type { FlagDefinition, JsonFlag } from './definition.ts'
import { messageOf } from './message-of.ts'

/**
 * Returns the value if the flag accepts it; for a json flag the frozen result of its `validate`.
 *
 * @param what - The place of the value, for the message.
 * @throws RangeError or TypeError that says what is allowed, except for a secret flag. For a json flag a TypeError whose
 * cause is what `validate` threw.
 */
export function checkValue(what: string, definition: FlagDefinition, value: unknown): unknown {
  try {
    return check(what, definition, value)
  } catch (error) {
    // The original message may quote the value.
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
  let result: unknown
  try {
    // A copy: later changes of the original must not change the flag.
    result = validate(structuredClone(value))
  } catch (cause) {
    const message = shorten(messageOf(cause), 500)
    throw new TypeError(`\`${what}\` is not valid: ${message}`, { cause })
  }
  if (silence(result)) throw new TypeError(`\`validate\` of ${what} must not return a promise`)
  return result
}

/**
 * Freezes a value deeply, so that no reader can change it for the others.
 *
 * @throws TypeError for a value that is not JSON, such as a `Map` or `undefined`: it cannot be frozen, compared, or shown.
 */
function frozenJson(what: string, value: unknown): unknown {
  const kind = Object.prototype.toString.call(value)
  if (kind === '[object Object]' || kind === '[object Array]') {
    for (const inner of Object.values(Object.freeze(value) as object)) {
      // An optional property.
      if (inner !== undefined) frozenJson(what, inner)
    }
    return value
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (Number.isFinite(value)) return value
  throw refusal(what, value, 'JSON after `validate`')
}
