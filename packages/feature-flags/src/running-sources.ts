import { emit } from '@holdfast/internal'
import { checkSettings } from './check-settings.ts'
import type { Settings } from './definition.ts'
import type { ChangeInfo, SourceStatus } from './flags.ts'
import type { CreateMatcher } from './match-rules.ts'
import type { CheckedOptions } from './options.ts'
import type { CheckedSettings, Flag } from './resolve.ts'
import type { RunningSource } from './source.ts'

/** Is given all that a source says now, and who made it say so. */
export type Take = (source: string, settings: CheckedSettings, info: ChangeInfo) => void

/** Sources that have been started. */
export interface RunningSources {
  /** How each stands. */
  statuses(): readonly SourceStatus[]
  /** Has all of them read again. */
  reload(info: ChangeInfo): Promise<unknown>
  /** Resolves when each has published or failed once, or they are closed. */
  ready(): Promise<void>
  close(): void
}

interface Running {
  status: SourceStatus
  source?: RunningSource | undefined
  /** Who has asked it to read again, until it has. */
  askedBy?: ChangeInfo | undefined
}

/** Passes on what the sources say, checked, and keeps how each stands. What one throws as it is started is thrown. */
export function startSources(
  { sources, flags: definitions, clock, name, onEvent }: CheckedOptions,
  flags: ReadonlyMap<string, Flag>,
  take: Take,
): RunningSources {
  const all = sources.map(
    ({ name }): Running => ({ status: { name, state: 'pending', error: undefined } }),
  )
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
    setStatus(running, 'stale', error instanceof Error ? error.message : String(error))
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
    for (const { source } of all) source?.close()
    tellReady()
  }

  try {
    for (const [at, running] of all.entries()) {
      running.source = sources[at]?.start({
        definitions,
        clock,
        publish: (settings, createMatcher) => publish(running, settings, createMatcher),
        fail: (error) => fail(running, error),
      })
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
