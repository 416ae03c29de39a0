import { callbackReporter, emit, refusal, shorten, silence } from '@holdfast/internal'
import { checkSettings } from './check-settings.ts'
import type { Settings } from './definition.ts'
import type { ChangeInfo, SourceStatus } from './flags.ts'
import type { CreateMatcher } from './match-rules.ts'
import { messageOf } from './message-of.ts'
import type { CheckedOptions } from './options.ts'
import type { CheckedSettings, Flag } from './resolve.ts'
import type { RunningSource } from './source.ts'

/** Receives all settings of a source whenever it publishes, and who caused that. */
export type Take = (source: string, settings: CheckedSettings, info: ChangeInfo) => void

/** The sources of one set of flags, started. */
export interface RunningSources {
  /** The state of each source. */
  statuses(): readonly SourceStatus[]
  /** Makes all sources read again. */
  reload(info: ChangeInfo): Promise<unknown>
  /** Resolves when each has published or failed once, or they are closed. */
  ready(): Promise<void>
  close(): void
}

interface Running {
  status: SourceStatus
  source?: RunningSource | undefined
  /** Who asked it to read again, until it has. */
  askedBy?: ChangeInfo | undefined
}

/**
 * Starts the sources, checks what they publish, and keeps the state of each.
 *
 * @throws what a source throws when it is started, and TypeError when it returns something else than a running source.
 */
export function startSources(
  { sources, flags: definitions, clock, name, onEvent }: CheckedOptions,
  flags: ReadonlyMap<string, Flag>,
  take: Take,
): RunningSources {
  const all = sources.map(
    ({ name }): Running => ({ status: { name, state: 'pending', error: undefined } }),
  )
  const report = callbackReporter(name, onEvent)
  const whenReady = new Set<() => void>()
  let isClosed = false

  function publish(running: Running, given: Settings, createMatcher?: CreateMatcher): void {
    const settings = checkSettings(flags, given, createMatcher)
    if (isClosed) return
    const { name } = running.status
    take(name, settings, running.askedBy ?? { actor: name })
    setStatus(running, 'ready')
  }

  function fail(running: Running, error: unknown): void {
    if (isClosed) return
    setStatus(running, 'stale', shorten(messageOf(error), MAX_ERROR_LENGTH))
  }

  async function reload(running: Running, info: ChangeInfo): Promise<void> {
    if (isClosed) return
    running.askedBy = info
    try {
      await running.source?.reload()
    } catch (error) {
      fail(running, error)
    }
    if (running.askedBy === info) running.askedBy = undefined
  }

  function setStatus(running: Running, state: 'ready' | 'stale', error?: string): void {
    const before = running.status
    if (before.state === state && before.error === error) return
    const source = before.name
    running.status = { name: source, state, error }
    emit(onEvent, { type: 'feature-flags.source-changed', name, source, state, error })
    tellReady()
  }

  function tellReady(): void {
    if (!isClosed && all.some(({ status }) => status.state === 'pending')) return
    for (const tell of whenReady) tell()
    whenReady.clear()
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    for (const { status, source } of all) {
      try {
        silence(source?.close())
      } catch (error) {
        // The others must be closed all the same.
        report(`sources.${status.name}.close`, error)
      }
    }
    tellReady()
  }

  try {
    for (const [at, running] of all.entries()) {
      const source = sources[at]?.start({
        definitions,
        clock,
        publish: (settings, createMatcher) => publish(running, settings, createMatcher),
        fail: (error) => fail(running, error),
      })
      running.source = checkRunning(`sources[${at}]`, source)
    }
  } catch (error) {
    close()
    throw error
  }
  return {
    statuses: () => all.map(({ status }) => status),
    reload: (info) => Promise.all(all.map((running) => reload(running, info))),
    ready: () =>
      new Promise((resolve) => {
        whenReady.add(resolve)
        tellReady()
      }),
    close,
  }
}

/** The longest error that a source's status shows, in UTF-16 code units. It may quote an answer of any length. */
const MAX_ERROR_LENGTH = 1000

function checkRunning(what: string, source: unknown): RunningSource {
  const { reload, close } = Object(source) as Partial<RunningSource>
  if (typeof reload === 'function' && typeof close === 'function') return source as RunningSource
  const isPromise = silence(source)
  const allowed = '{ reload, close }, two functions'
  throw refusal(`${what}.start()`, source, isPromise ? `${allowed}, and no promise` : allowed)
}
