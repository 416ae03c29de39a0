import { createFlags } from './create-flags.ts'
import type { Setting } from './definition.ts'
import type { FlagsEvent } from './events.ts'
import type { FlagChange, Flags } from './flags.ts'
import { createMatcher } from './match-rules.ts'
import type { FlagsOptions } from './options.ts'
import type { FlagSource, SourceHost } from './source.ts'

/** Names without the spaces around them. */
export function names(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) {
    return value.map((name) => name.trim())
  }
  throw new Error('a list of names, please')
}

/** One flag of each kind that differs from the others in what is tested here. */
export const definitions = {
  ENABLE_RETRY: { type: 'boolean', default: false, description: 'Retries' },
  MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000, safe: 2 },
  GUARDRAIL_MODE: {
    type: 'enum',
    values: ['off', 'warn', 'enforce'],
    default: 'warn',
    safe: 'enforce',
  },
  MODELS: { type: 'json', default: ['sonnet'], validate: names as typeof names },
  API_KEY: { type: 'string', default: 'built-in', secret: true },
} as const

/** A source that a test speaks for. */
export interface Puppet {
  readonly source: FlagSource
  /** Publishes values, or fails with what is wrong with them, as sources do. */
  say(values: Readonly<Record<string, unknown>>): void
  /** Publishes settings, and throws when they are refused. */
  publish(settings: Readonly<Record<string, Setting>>): void
  fail(error: Error): void
  /** What it does when it is asked to read again. */
  whenAsked: () => void | Promise<void>
  /** What has been asked of it: `start`, `reload`, `close`. */
  readonly asked: string[]
}

/** @param first - What it says as it is started. Default nothing. */
export function puppet(name = 'file', first?: Readonly<Record<string, unknown>>): Puppet {
  let host!: SourceHost
  const asked: string[] = []
  const publish: Puppet['publish'] = (settings) =>
    host.publish(new Map(Object.entries(settings)), createMatcher)
  const say: Puppet['say'] = (values) => {
    try {
      const settings = Object.entries(values).map(([flag, value]) => [flag, { value }] as const)
      publish(Object.fromEntries(settings))
    } catch (error) {
      host.fail(error as Error)
    }
  }
  const made: Puppet = {
    asked,
    say,
    publish,
    fail: (error) => host.fail(error),
    whenAsked: () => {},
    source: {
      name,
      start(given) {
        asked.push('start')
        host = given
        if (first) say(first)
        return {
          reload() {
            asked.push('reload')
            return made.whenAsked()
          },
          close: () => void asked.push('close'),
        }
      },
    },
  }
  return made
}

/** Flags that a test speaks to, and what they tell. */
export interface Observed {
  readonly flags: Flags<typeof definitions>
  /** Comes before `file`. */
  readonly env: Puppet
  readonly file: Puppet
  /** All but the one of the creation. */
  readonly events: FlagsEvent[]
  /** The changes that were reported so far, as `2: MAX_CONCURRENT 5 → 7 (file)`. */
  told(): string[]
}

/** The flags above, with two sources that say nothing yet. */
export function observed(options: Partial<FlagsOptions<typeof definitions>> = {}): Observed {
  const [env, file] = [puppet('env'), puppet('file')]
  const events: FlagsEvent[] = []
  const flags = createFlags({
    flags: definitions,
    sources: [env.source, file.source],
    onEvent: (event) => void (event.type !== 'feature-flags.created' && events.push(event)),
    ...options,
  })
  const told = () =>
    events.flatMap((event) => (event.type === 'feature-flags.changed' ? [line(event)] : []))
  return { flags, env, file, events, told }
}

/** A change as `2: MAX_CONCURRENT 5 → 7 (file)`. */
export const line = ({ revision, flag, from, to, source }: FlagChange): string =>
  `${revision}: ${flag} ${String(from)} → ${String(to)} (${source})`

/** The values of all flags. */
export const valuesOf = (flags: Flags<typeof definitions>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.keys(definitions).map((name) => [name, flags.get(name as keyof typeof definitions)]),
  )
