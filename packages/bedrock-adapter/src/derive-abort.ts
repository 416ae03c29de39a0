import { whenAborted } from '@holdfast/internal'

/** A signal of one's own that follows a parent until disposed of. */
export interface DerivedAbort {
  readonly signal: AbortSignal
  abort(reason: unknown): void
  /** Lets go of the parent. */
  dispose(): void
}

/** Derived by hand: `AbortSignal.any` leaks and is slow on some supported Nodes. */
export function deriveAbort(parent: AbortSignal | undefined): DerivedAbort {
  const controller = new AbortController()
  const dispose = whenAborted(parent, () => controller.abort(parent?.reason))
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose,
  }
}
