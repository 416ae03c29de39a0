/** What a number option may be. Bounds are inclusive. */
export interface NumberRule {
  readonly min: number
  readonly max?: number
  readonly integer?: boolean
  /** What is allowed besides, for the message. */
  readonly or?: string
}

/**
 * Returns the option's value.
 * @throws TypeError when it is not a number, RangeError when it is out of range; both name option and value.
 */
export function checkNumber(
  option: string,
  value: unknown,
  { min, max = Infinity, integer = false, or }: NumberRule,
): number {
  const isNumber = typeof value === 'number'
  // Written so that NaN fails it.
  const inRange = isNumber && value >= min && value <= max
  if (inRange && (!integer || Number.isInteger(value) || value === max)) return value

  const kind = integer ? 'an integer' : max === Number.MAX_VALUE ? 'a finite number' : 'a number'
  const allowed = `${kind}${rangeText(min, max)}${or ? ` or one of ${or}` : ''}`
  throw refusal(option, value, allowed, isNumber ? RangeError : TypeError)
}

/** The bounds in words. The ends of what a number can be are none. */
function rangeText(min: number, max: number): string {
  const isBounded = max < Number.MAX_VALUE
  if (min === -Number.MAX_VALUE) return isBounded ? ` up to ${max}` : ''
  const least = min === Number.MIN_VALUE ? 'above 0' : min
  if (isBounded) return ` from ${least} to ${max}`
  return least === min ? ` of ${min} or more` : ' above 0'
}

/** @throws TypeError when it is not a function. */
export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw refusal(option, value, 'a function')
}

/** Checks those of the named options that are given. */
export function checkFunctions<O extends object>(
  options: O,
  ...names: readonly (keyof O & string)[]
): void {
  for (const name of names) if (options[name] !== undefined) checkFunction(name, options[name])
}

/** @throws TypeError when it is given and not a string. */
export function checkName(name: unknown): void {
  if (name !== undefined && typeof name !== 'string') throw refusal('name', name, 'a string')
}

/** Checks that those of the named options that are given are booleans: the text `false` would count as true. */
export function checkBooleans<O extends object>(
  options: O,
  ...names: readonly (keyof O & string)[]
): void {
  for (const name of names) {
    const value = options[name]
    if (value !== undefined && typeof value !== 'boolean') {
      throw refusal(name, value, 'true or false')
    }
  }
}

/** The error of an option that is not what is allowed. */
export function refusal(
  option: string,
  value: unknown,
  allowed: string,
  errorClass: ErrorConstructor = TypeError,
): Error {
  return new errorClass(`\`${option}\` must be ${allowed}, not ${describe(value)}`)
}

/** Objects and functions by their kind: what they hold may be long, or throw. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  return Object(value) === value ? 'an object' : String(value)
}
