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
