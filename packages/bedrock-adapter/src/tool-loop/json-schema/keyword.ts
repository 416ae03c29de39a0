import type { Kind } from './json.ts'
import { kindOf } from './json.ts'

/** A JSON schema: `true` is fitted by any value, `false` by none. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

/** A value that is being checked, and what a keyword may do with it. */
export interface Visit {
  readonly data: unknown
  /** The schema that the keyword is in: some keywords depend on others beside them. */
  readonly schema: { readonly [keyword: string]: unknown }
  /** Says what is allowed. */
  problem(message: string, key?: string | number): void
  /** Checks the value, or the part of it under `key`, against a schema within this one. */
  apply(schema: JsonSchema, key?: string | number): void
  /** What is wrong with the value by another schema, without saying so. */
  tryOut(schema: JsonSchema): readonly string[]
  /** The schema that a `$ref` points to. */
  resolve(ref: string): JsonSchema
}

/** What a keyword means. */
export interface Keyword {
  /** What its value must be, for the author of the schema. */
  readonly mustBe: string
  isRight(value: unknown): boolean
  check(value: never, visit: Visit): void
  /** The schemas in its value, by where they are. */
  schemasIn?(value: never): readonly (readonly [place: string, schema: unknown])[]
  /** Whether those schemas are for the same value, and not for a part of it. */
  readonly isInPlace?: boolean
}

/** A keyword that sets a limit for values of one kind, and has nothing to say of others. */
export function limit<D, L>(
  kind: Kind,
  [mustBe, isRight]: readonly [string, (value: unknown) => boolean],
  fits: (data: D, limit: L) => boolean,
  message: (limit: L) => string,
): Keyword {
  return {
    mustBe,
    isRight,
    check(value: L, { data, problem }) {
      if (kindOf(data) === kind && !fits(data as D, value)) problem(message(value))
    },
  }
}

export const isSchema = (value: unknown): boolean =>
  typeof value === 'boolean' || kindOf(value) === 'object'

export const COUNT = [
  'a whole number of 0 or more',
  (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0,
] as const
