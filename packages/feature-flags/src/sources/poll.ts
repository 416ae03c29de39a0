import { checkFunction, checkOptions, MAX_TIMER_MS, type OptionRules } from '@holdfast/internal'
import { FlagDataError } from '../errors.ts'
import { publishFlagFile } from '../flag-file.ts'
import { messageOf } from '../message-of.ts'
import type { FlagSource, RunningSource, SourceHost } from '../source.ts'
import { backgroundClock } from './background-clock.ts'

/** Options of {@link poll}. Validated at creation. */
export interface PollOptions {
  /** The wait from the end of one call to the beginning of the next, in milliseconds. Default 15 000. */
  readonly everyMs?: number | undefined
  /** How long one call may take, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** The source's name, which evaluations and events show. Default `poll`. */
  readonly name?: string | undefined
}

const RULES = {
  everyMs: { min: 1, max: MAX_TIMER_MS },
  timeoutMs: { min: 1, max: MAX_TIMER_MS },
  name: 'string',
} satisfies OptionRules<PollOptions>

type Fetch = (signal: AbortSignal) => unknown

/** After this many failures in a row the wait grows no further. */
const MAX_FAILURES = 10

/**
 * Calls a function of yours for the flags, again and again: over HTTP, from a database, from a configuration service.
 * The first call starts at once.
 *
 * - While calls fail, or return something invalid, the last valid settings stay in force and the source is `stale`. The
 *   wait between calls grows to `everyMs` × (1 + failures), at most 11 times `everyMs`.
 * - There is one call at a time. `flags.reload()` starts a call at once. If one is already running, the reload waits for
 *   it and then starts another, so that its answer is never older than the reload.
 * - Polling does not keep the process alive.
 *
 * @param fetch - Returns the text of a flag file, the object that it stands for, or `undefined` for "unchanged" (HTTP
 * 304). It may return a promise. Its signal aborts when the call takes too long or the flags are closed. If it remembers
 * an ETag, it must do so after it has read the whole body: otherwise a body that breaks off is never asked for again.
 * @throws RangeError or TypeError when an argument is wrong.
 */
export function poll(fetch: Fetch, options: PollOptions = {}): FlagSource {
  checkFunction('fetch', fetch)
  checkOptions('poll', options, RULES)
  const { everyMs = 15_000, timeoutMs = 10_000, name = 'poll' } = options
  return { name, start: (host) => startPolling(fetch, everyMs, timeoutMs, host) }
}

function startPolling(
  fetch: Fetch,
  everyMs: number,
  timeoutMs: number,
  host: SourceHost,
): RunningSource {
  const clock = backgroundClock(host.clock)
  let isClosed = false
  let latest: unknown
  let failures = 0
  let controller: AbortController | undefined
  /** The call that is running, and the one that reloads wait for, which begins after it. */
  let running: Promise<void> | undefined
  let next: Promise<void> | undefined
  let timer: unknown

  /** Returns whether the flags took the answer. */
  async function call(): Promise<boolean> {
    const current = new AbortController()
    controller = current
    const timeout = clock.setTimeout(() => {
      const message = `No answer within ${timeoutMs} ms`
      current.abort(new DOMException(message, 'TimeoutError'))
    }, timeoutMs)
    try {
      const answer = await untilAborted(fetch, current.signal)
      if (isClosed) return false
      latest = answer ?? latest
      if (latest === undefined) {
        throw new FlagDataError('`fetch` returned `undefined`, for "unchanged", before any flags')
      }
      return publishFlagFile(latest, host)
    } catch (cause) {
      const isError = cause instanceof Error
      if (!isClosed) host.fail(isError ? cause : new FlagDataError(messageOf(cause), { cause }))
      return false
    } finally {
      clock.clearTimeout(timeout)
    }
  }

  async function run(): Promise<void> {
    clock.clearTimeout(timer)
    failures = (await call()) ? 0 : Math.min(failures + 1, MAX_FAILURES)
    running = undefined
    // With a reload waiting, that sets the timer.
    if (isClosed || next) return
    timer = clock.setTimeout(start, Math.min(everyMs * (1 + failures), MAX_TIMER_MS))
  }

  function start(): Promise<void> {
    running = run()
    return running
  }

  async function startNext(): Promise<void> {
    await running
    next = undefined
    if (!isClosed) await start()
  }

  async function reload(): Promise<void> {
    if (isClosed) return
    if (running === undefined) return start()
    next ??= startNext()
    await next
  }

  void start()
  return {
    reload,
    close() {
      isClosed = true
      clock.clearTimeout(timer)
      controller?.abort()
    },
  }
}

/** Settles as `fetch` does, or rejects as soon as the signal aborts, whether `fetch` respects it or not. */
function untilAborted(fetch: Fetch, signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    Promise.resolve(fetch(signal)).then(resolve, reject)
  })
}
