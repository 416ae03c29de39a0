import type { RegistrySnapshot } from '@holdfast/metrics'

/** Asks a worker what it has counted. */
export const ASK = { type: 'metrics.ask' } as const

/** Tells it. Plain JSON, as any channel between processes or threads takes it. */
export interface Told {
  readonly type: 'metrics.told'
  readonly snapshot: RegistrySnapshot
}

export const isAsk = (message: unknown): boolean => typeOf(message) === ASK.type

/** The snapshot, if it is such a message: a channel carries other ones too. */
export function snapshotIn(message: unknown): RegistrySnapshot | undefined {
  return typeOf(message) === 'metrics.told' ? (message as Told).snapshot : undefined
}

function typeOf(message: unknown): unknown {
  return (message as { type?: unknown } | null | undefined)?.type
}
