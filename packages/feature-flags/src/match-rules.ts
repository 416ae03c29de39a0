import { checkNumber, readProperty, refusal } from '@holdfast/internal'
import { checkKeys, checkList, checkText } from './check-shape.ts'
import { murmur3 } from './murmur3.ts'
import type { EvaluationContext } from './rules.ts'
import { compileRange } from './semver.ts'

/** The result of a rule that matches. */
export interface RuleMatch {
  readonly value: unknown
  /** `SPLIT` if the rule has a percentage. */
  readonly reason: 'TARGETING_MATCH' | 'SPLIT'
}

/** Rules, checked and ready for matching. */
export type CompiledRules = readonly CompiledRule[]

interface CompiledRule {
  readonly tests: readonly AttributeTest[]
  /** How many of the {@link BUCKETS} are in; `undefined` for a rule without a percentage. */
  readonly buckets: number | undefined
  readonly by: string
  /** Hashed together with the key, so that each flag includes other users first. */
  readonly salt: string
  readonly match: RuleMatch
}

interface AttributeTest {
  readonly attribute: string
  readonly holds: (value: unknown) => boolean
}

/** A percentage has three decimals. */
const BUCKETS = 100_000

/** The tests, by the key that names them in a condition. Each turns its operand into a predicate for the attribute. */
const TESTS = {
  equals(what, operand) {
    checkScalar(what, operand)
    return (value) => value === operand
  },
  in(what, operand) {
    const list = checkList(what, operand)
    for (const [i, one] of list.entries()) checkScalar(`${what}[${i}]`, one)
    const allowed = new Set(list)
    return (value) => allowed.has(value)
  },
  startsWith(what, operand) {
    const start = checkText(what, operand)
    return (value) => typeof value === 'string' && value.startsWith(start)
  },
  semver(what, operand) {
    const isInRange = compileRange(checkText(what, operand))
    if (!isInRange) throw refusal(what, operand, 'a range such as ">=1.2.0 <2"', RangeError)
    return (value) => typeof value === 'string' && isInRange(value)
  },
} satisfies Record<string, (what: string, operand: unknown) => AttributeTest['holds']>

/**
 * Checks the rules of a flag and compiles them for {@link matchRules}.
 *
 * @param checkValue - Returns the value of a rule, or throws when the flag does not accept it.
 * @throws RangeError or TypeError that names the place: `NAME.rules[0].percentage`.
 */
export function compileRules(
  flag: string,
  rules: unknown,
  checkValue: (value: unknown, what: string) => unknown = (value) => value,
): CompiledRules {
  const what = `${flag}.rules`
  return checkList(what, rules).map((rule, i) =>
    compileRule(flag, `${what}[${i}]`, rule, checkValue),
  )
}

function compileRule(
  flag: string,
  what: string,
  given: unknown,
  checkValue: (value: unknown, what: string) => unknown,
): CompiledRule {
  const rule = checkKeys(what, given, ['when', 'percentage', 'by', 'value'], ['value'])
  const { when = [], percentage, by = 'targetingKey' } = rule
  const reason = percentage === undefined ? 'TARGETING_MATCH' : 'SPLIT'
  return {
    tests: checkList(`${what}.when`, when).map((condition, i) =>
      compileCondition(`${what}.when[${i}]`, condition),
    ),
    buckets: percentage === undefined ? undefined : bucketsOf(`${what}.percentage`, percentage),
    by: checkText(`${what}.by`, by),
    salt: flag,
    match: { value: checkValue(rule['value'], `${what}.value`), reason },
  }
}

function bucketsOf(what: string, given: unknown): number {
  const percentage = checkNumber(what, given, { min: 0, max: 100 })
  const perPercent = BUCKETS / 100
  const buckets = Math.round(percentage * perPercent)
  if (buckets / perPercent === percentage) return buckets
  throw refusal(what, percentage, 'a number with at most 3 decimals', RangeError)
}

function compileCondition(what: string, given: unknown): AttributeTest {
  const condition = checkKeys(what, given, ['attribute', ...Object.keys(TESTS)], ['attribute'])
  const attribute = checkText(`${what}.attribute`, condition['attribute'])
  const [test, ...others] = Object.keys(condition).filter((key) => key !== 'attribute')
  if (test === undefined || others.length > 0) {
    throw new TypeError(`\`${what}\` must have one of ${Object.keys(TESTS).join(', ')}`)
  }
  return { attribute, holds: TESTS[test as keyof typeof TESTS](`${what}.${test}`, condition[test]) }
}

/** Objects and arrays are never equal to another, so that a condition with one would never hold. */
function checkScalar(what: string, value: unknown): void {
  const isScalar = value === null || /^(string|boolean)$/.test(typeof value)
  if (!isScalar && !Number.isFinite(value)) {
    throw refusal(what, value, 'a string, a number, true, false or null')
  }
}

/** Matches the rules of one flag: returns the result of the first that matches, or `undefined`. Never throws. */
export type Matcher = (context: EvaluationContext) => RuleMatch | undefined

/** The type of {@link createMatcher}. */
export type CreateMatcher = typeof createMatcher

/**
 * Makes the function that matches the rules of a flag. Sources pass it to `publish` if their settings may have rules.
 *
 * @throws RangeError or TypeError that names the place of what is wrong in the rules.
 */
export function createMatcher(
  flag: string,
  rules: unknown,
  checkValue?: (value: unknown, what: string) => unknown,
): Matcher {
  const compiled = compileRules(flag, rules, checkValue)
  return (context) => matchRules(compiled, context)
}

/** Returns the result of the first rule that matches, or `undefined`. Never throws, whatever the context does. */
export function matchRules(
  rules: CompiledRules,
  context: EvaluationContext,
): RuleMatch | undefined {
  for (const rule of rules) if (matches(rule, context)) return rule.match
  return undefined
}

function matches({ tests, buckets, by, salt }: CompiledRule, context: EvaluationContext): boolean {
  for (const { attribute, holds } of tests) {
    if (!holds(attributeOf(context, attribute))) return false
  }
  // 100 % includes contexts without a key as well.
  if (buckets === undefined || buckets === BUCKETS) return true
  return bucketOf(salt, attributeOf(context, by)) < buckets
}

/**
 * A bucket from 0 to 99 999, evenly distributed: flagd's `(hash × weights) >> 32` over the flag's name and the key, with
 * 100 000 weights. It does not depend on the percentage, so a key that is included stays included as the percentage
 * grows. Without a key it is `Infinity`, which only 100 % includes.
 */
function bucketOf(salt: string, key: unknown): number {
  const isKey =
    typeof key === 'string' ? key !== '' : typeof key === 'bigint' || Number.isFinite(key)
  // The product is below 2⁴⁹, so that all of this is exact.
  return isKey ? Math.floor((murmur3(salt + key) * BUCKETS) / 2 ** 32) : Infinity
}

/** An attribute of the context, own or inherited. Properties of `Object.prototype` do not count. */
function attributeOf(context: EvaluationContext, name: string): unknown {
  const value = readProperty(context, name)
  return value === readProperty(Object.prototype, name) ? undefined : value
}
