import type { RegistrySnapshot } from '@holdfast/metrics'

/** Requests a snapshot from a worker. */
export const SNAPSHOT_REQUEST = { type: 'metrics.requested' } as const

/** The worker's reply. It is plain JSON, so any channel between processes or threads can send it. */
export interface SnapshotMessage {
  readonly type: 'metrics.snapshot'
  readonly snapshot: RegistrySnapshot
}

export const isSnapshotRequest = (message: unknown): boolean =>
  typeOf(message) === SNAPSHOT_REQUEST.type

/** Returns the snapshot if the message contains one. The channel carries other messages too. */
export function snapshotIn(message: unknown): RegistrySnapshot | undefined {
  return typeOf(message) === 'metrics.snapshot' ? (message as SnapshotMessage).snapshot : undefined
}

function typeOf(message: unknown): unknown {
  return (message as { type?: unknown } | null | undefined)?.type
}
