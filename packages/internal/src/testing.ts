import { getEventListeners } from 'node:events'
import { afterEach, beforeEach, vi } from 'vitest'
import { whenAborted } from './when-aborted.ts'

/** Every test of the file runs on virtual time, which starts at 0. */
export function useVirtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
}

/** Moves virtual time on, and lets every promise that settles meanwhile be heard. */
export const advance = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms)
}

/** How many timers are set. */
export const timers = (): number => vi.getTimerCount()

/** How many listeners this signal has for calls in flight. The one that the signal used last may keep is not counted. */
export function listeners(signal: AbortSignal): number {
  whenAborted(new AbortController().signal, () => {})()
  return getEventListeners(signal, 'abort').length
}

/** What has become of a promise so far, and when. */
export interface Watched<T> {
  state: 'pending' | 'fulfilled' | 'rejected'
  value?: T
  reason?: unknown
  settledAt?: number
}

/** Watches a promise without waiting for it. */
export function watch<T>(promise: PromiseLike<T>): Watched<T> {
  const watched: Watched<T> = { state: 'pending' }
  promise.then(
    (value) => Object.assign(watched, { state: 'fulfilled', value, settledAt: performance.now() }),
    (reason) => Object.assign(watched, { state: 'rejected', reason, settledAt: performance.now() }),
  )
  return watched
}

/** A promise to be settled from outside. */
export interface Deferred<T> {
  readonly promise: Promise<T>
  resolve(value: T): void
  reject(reason: unknown): void
}

export function deferred<T = void>(): Deferred<T> {
  let resolve!: Deferred<T>['resolve']
  let reject!: Deferred<T>['reject']
  const promise = new Promise<T>((...settlers) => {
    ;[resolve, reject] = settlers
  })
  return { promise, resolve, reject }
}

/** Work that never ends and does not look at its signal. */
export const hang = (): Promise<never> => new Promise(() => {})

/** A value whose every property throws when read. */
export function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** What a function throws. */
export function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('It threw nothing')
}
