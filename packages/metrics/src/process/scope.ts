import type { Registry } from '../metrics.ts'

/** What a group of metrics is made with, so that all of it ends together. */
export interface Scope {
  readonly registry: Registry
  /** Notes a metric, to be unregistered at the end. */
  own<M extends { readonly name: string }>(metric: M): M
  /** Notes what else is to be ended. */
  atEnd(end: () => void): void
}
