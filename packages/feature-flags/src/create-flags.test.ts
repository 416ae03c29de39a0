import { advance, useVirtualTime } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import {
  createFlags,
  defineFlags,
  type FlagSource,
  type Settings,
  type SourceHost,
} from './index.ts'

useVirtualTime()

const definitions = defineFlags({
  ENABLE_RETRY: { type: 'boolean', default: false, description: 'Retries' },
  MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000 },
  GUARDRAIL_MODE: { type: 'enum', values: ['off', 'warn', 'enforce'], default: 'off' },
})

/** A source that a test speaks for. */
function puppet(name = 'file') {
  let host!: SourceHost
  const source: FlagSource = {
    name,
    start(given) {
      host = given
      return { reload() {}, close() {} }
    },
  }
  const say = (values: Record<string, unknown>) =>
    host.publish(
      new Map(Object.entries(values).map(([flag, value]) => [flag, { value }])) as Settings,
    )
  return { source, say, fail: (error: Error) => host.fail(error) }
}

test('smoke', async () => {
  const { source, say } = puppet()
  const seen: unknown[] = []
  const flags = createFlags({
    flags: definitions,
    sources: [source],
    onEvent: (event) => void seen.push(event),
  })
  const mode: 'off' | 'warn' | 'enforce' = flags.get('GUARDRAIL_MODE')
  expect(mode).toBe('off')
  expect(flags.evaluate('ENABLE_RETRY')).toEqual({
    value: false,
    reason: 'DEFAULT',
    source: 'default',
    revision: 1,
  })
  say({ ENABLE_RETRY: true, MAX_CONCURRENT: 7 })
  expect(flags.get('ENABLE_RETRY')).toBe(true)
  expect(() => say({ ENABLE_RETRY: 'x' })).toThrow('ENABLE_RETRY')
  flags.override('MAX_CONCURRENT', 9, { ttlMs: 100, actor: 'me', reason: 'try' })
  expect(flags.evaluate('MAX_CONCURRENT')).toMatchObject({ value: 9, source: 'override' })
  await advance(100)
  expect(flags.get('MAX_CONCURRENT')).toBe(7)
  flags.killAll()
  expect(flags.get('MAX_CONCURRENT')).toBe(5)
  flags.rollback(2)
  expect([flags.get('MAX_CONCURRENT'), flags.get('ENABLE_RETRY'), flags.killed]).toEqual([
    7,
    true,
    false,
  ])
  expect(
    flags
      .history()
      .map(({ flag, from, to, source, revision }) => [revision, flag, from, to, source]),
  ).toMatchInlineSnapshot(`
    [
      [
        2,
        "ENABLE_RETRY",
        false,
        true,
        "file",
      ],
      [
        2,
        "MAX_CONCURRENT",
        5,
        7,
        "file",
      ],
      [
        3,
        "MAX_CONCURRENT",
        7,
        9,
        "override",
      ],
      [
        4,
        "MAX_CONCURRENT",
        9,
        7,
        "file",
      ],
      [
        5,
        "ENABLE_RETRY",
        true,
        false,
        "kill",
      ],
      [
        5,
        "MAX_CONCURRENT",
        7,
        5,
        "kill",
      ],
      [
        5,
        "GUARDRAIL_MODE",
        "off",
        "off",
        "kill",
      ],
      [
        6,
        "ENABLE_RETRY",
        false,
        true,
        "file",
      ],
      [
        6,
        "MAX_CONCURRENT",
        5,
        7,
        "file",
      ],
      [
        6,
        "GUARDRAIL_MODE",
        "off",
        "off",
        "default",
      ],
    ]
  `)
})
