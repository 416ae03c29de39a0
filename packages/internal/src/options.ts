/**
 * What an option may be: a function, a string, `true` or `false`, a number within bounds, anything at all, or whatever a
 * function accepts that throws when the value is wrong.
 */
export type OptionRule =
  | 'function'
  | 'string'
  | 'boolean'
  | 'any'
  | NumberRule
  | ((option: string, value: unknown) => unknown)

/** One rule for each option of `Options`, so that the type checker finds an option without a rule. */
export type OptionRules<Options> = { readonly [Name in keyof Options]-?: OptionRule }

/** The bounds of a number option, both inclusive. */
export interface NumberRule {
  readonly min: number
  readonly max?: number
  readonly integer?: boolean
  /** Other values that are allowed, in words, for the error message. */
  readonly or?: string
}

/**
 * Checks the options that a user gave to the function `callee`. `undefined`, for an option or for all of them, means the
 * default and is always allowed.
 *
 * @throws TypeError when the options are not an object, have an unknown name, or have a value of the wrong type.
 * @throws RangeError when a number is out of range.
 */
export function checkOptions<Options extends object>(
  callee: string,
  options: Options | undefined,
  rules: OptionRules<Options>,
): void {
  if (options === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`\`${callee}\` takes an object of options, not ${describe(options)}`)
  }
  for (const [option, value] of Object.entries(options)) {
    if (!Object.hasOwn(rules, option)) {
      const known = Object.keys(rules).map((name) => `\`${name}\``)
      throw new TypeError(`\`${callee}\` has no option \`${option}\`, only ${known.join(', ')}`)
    }
    if (value !== undefined) checkOption(option, value, rules[option as keyof Options])
  }
}

function checkOption(option: string, value: unknown, rule: OptionRule): void {
  if (typeof rule === 'function') rule(option, value)
  else if (typeof rule === 'object') checkNumber(option, value, rule)
  else if (rule !== 'any' && typeof value !== rule) {
    throw refusal(option, value, rule === 'boolean' ? 'true or false' : `a ${rule}`)
  }
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

/** The bounds in words. The ends of what a number can be are no bounds. */
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

/** The longest part of a string that an error message repeats. */
const MAX_SHOWN = 100

/** A value, briefly. Objects and functions only by their kind: what they hold may be long, or throw. */
function describe(value: unknown): string {
  if (typeof value === 'string') {
    const rest = value.length > MAX_SHOWN ? `… (${value.length} characters)` : ''
    return JSON.stringify(value.slice(0, MAX_SHOWN)) + rest
  }
  if (typeof value === 'function') return 'a function'
  return Object(value) === value ? 'an object' : String(value)
}
