import type { RegistrySnapshot } from '@holdfast/metrics'

/** Requests a snapshot from a worker. */
export const ASK = { type: 'metrics.ask' } as const

/** The worker's reply. It is plain JSON, so any channel between processes or threads can send it. */
export interface Told {
  readonly type: 'metrics.told'
  readonly snapshot: RegistrySnapshot
}

export const isAsk = (message: unknown): boolean => typeOf(message) === ASK.type

/** Returns the snapshot if the message contains one. The channel carries other messages too. */
export function snapshotIn(message: unknown): RegistrySnapshot | undefined {
  return typeOf(message) === 'metrics.told' ? (message as Told).snapshot : undefined
}

function typeOf(message: unknown): unknown {
  return (message as { type?: unknown } | null | undefined)?.type
}
