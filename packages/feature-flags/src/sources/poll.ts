import { checkFunction, checkNumber, MAX_TIMER_MS } from '@holdfast/internal'
import { FlagDataError } from '../errors.ts'
import { publishFlagFile } from '../flag-file.ts'
import type { FlagSource } from '../source.ts'
import { backgroundClock } from './background-clock.ts'

/** Options of {@link poll}. Validated at creation. */
export interface PollOptions {
  /** From the end of one call to the beginning of the next, in milliseconds. Default 15 000. */
  readonly everyMs?: number | undefined
  /** How long a call may take, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number | undefined
  /** What evaluations show as the source. Default `poll`. */
  readonly name?: string | undefined
}

/** After so many failures in a row the wait grows no more. */
const MAX_FAILURES = 10

/**
 * Asks a function of yours for the flags, again and again: over HTTP, from a database, from a configuration service.
 * The first call is made at once. While calls fail, or what they bring is wrong, what was said last stays in force, the
 * source is `stale`, and the wait grows to `everyMs` × (1 + failures), up to 11 times. Nothing of this keeps the process
 * alive.
 *
 * @param fetch - Returns the text of a flag file or the object that it stands for; `undefined` for the same as before
 * (HTTP's 304). Its signal aborts when the time is up or the flags are closed. One call at a time is waited for.
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function poll(
  fetch: (signal: AbortSignal) => unknown,
  options: PollOptions = {},
): FlagSource {
  const { everyMs = 15_000, timeoutMs = 10_000, name = 'poll' } = options
  checkFunction('fetch', fetch)
  checkNumber('everyMs', everyMs, { min: 1, max: MAX_TIMER_MS })
  checkNumber('timeoutMs', timeoutMs, { min: 1, max: MAX_TIMER_MS })
  return {
    name,
    start(host) {
      const clock = backgroundClock(host.clock)
      let isClosed = false
      let latest: unknown
      let failures = 0
      let call: AbortController | undefined
      let running: Promise<void> | undefined
      let timer: unknown

      async function ask(): Promise<boolean> {
        const controller = new AbortController()
        call = controller
        const timeout = clock.setTimeout(() => {
          const message = `No answer within ${timeoutMs} ms`
          controller.abort(new DOMException(message, 'TimeoutError'))
        }, timeoutMs)
        try {
          const answer = await untilAborted(fetch, controller.signal)
          if (isClosed) return false
          latest = answer ?? latest
          return publishFlagFile(latest, host)
        } catch (cause) {
          const isError = cause instanceof Error
          const fault = isError ? cause : new FlagDataError('No flags were fetched', { cause })
          if (!isClosed) host.fail(fault)
          return false
        } finally {
          clock.clearTimeout(timeout)
        }
      }

      async function run(): Promise<void> {
        clock.clearTimeout(timer)
        failures = (await ask()) ? 0 : Math.min(failures + 1, MAX_FAILURES)
        running = undefined
        if (isClosed) return
        timer = clock.setTimeout(reload, Math.min(everyMs * (1 + failures), MAX_TIMER_MS))
      }

      async function reload(): Promise<void> {
        if (isClosed) return
        running ??= run()
        await running
      }

      void reload()
      return {
        reload,
        close() {
          isClosed = true
          clock.clearTimeout(timer)
          call?.abort()
        },
      }
    },
  }
}

/** What `fetch` returns, or the signal's reason as soon as it aborts, whether `fetch` looks at it or not. */
function untilAborted(
  fetch: (signal: AbortSignal) => unknown,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    Promise.resolve(fetch(signal)).then(resolve, reject)
  })
}
