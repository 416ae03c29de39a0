import type { Counter, Gauge, Merge, Registry } from '../metrics.ts'

/** What is done with each event that metrics are made of, by its type. */
export type Recorder<E extends { readonly type: string }> = {
  readonly [T in E['type']]: (event: Extract<E, { readonly type: T }>) => void
}

/** A counter by the name of what told the event, and by more. */
export const counter = <const L extends string = never>(
  registry: Registry,
  name: string,
  help: string,
  ...labels: L[]
): Counter<'name' | L> => registry.counter({ name, help, labels: ['name', ...labels] })

/** A gauge by the name of what told the event, and by more. */
export const gauge = <const L extends string = never>(
  registry: Registry,
  name: string,
  help: string,
  merge: Merge,
  ...labels: L[]
): Gauge<'name' | L> => registry.gauge({ name, help, merge, labels: ['name', ...labels] })

/** Those that were not are shown as 0, so that the first of them is seen to come, and a share of them can be asked for. */
export function countOutcome<O extends string>(
  totals: Readonly<Record<O, Counter<'name'>>>,
  name: string,
  outcome: O,
): void {
  // Before any is written: an outcome that nobody knows must not count.
  if (!Object.hasOwn(totals, outcome)) return
  for (const of of Object.keys(totals) as O[]) totals[of].inc({ name }, of === outcome ? 1 : 0)
}
