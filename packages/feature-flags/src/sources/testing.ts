import { systemClock } from '@holdfast/internal'
import { type Mock, vi } from 'vitest'
import type { FlagDefinitions, Settings } from '../definition.ts'
import type { SourceHost } from '../source.ts'

/** Flags that take anything, and remember what they received. */
export interface FakeHost extends SourceHost {
  readonly publish: Mock<(settings: Settings) => void>
  readonly fail: Mock<(error: Error) => void>
  /** What was published last, by flag. */
  values(): Record<string, unknown>
  /** The messages of all failures. */
  faults(): string[]
}

export function fakeHost(definitions: FlagDefinitions = {}): FakeHost {
  const publish = vi.fn<(settings: Settings) => void>()
  const fail = vi.fn<(error: Error) => void>()
  return {
    definitions,
    clock: systemClock,
    publish,
    fail,
    values() {
      const settings = publish.mock.lastCall?.[0] ?? new Map()
      return Object.fromEntries([...settings].map(([flag, { value }]) => [flag, value]))
    },
    faults: () => fail.mock.calls.map(([error]) => error.message),
  }
}
