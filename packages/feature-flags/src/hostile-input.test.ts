import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFlags } from './create-flags.ts'
import { defineFlags } from './define-flags.ts'
import { publishFlagFile } from './flag-file.ts'
import type { SourceHost } from './source.ts'

const NAMES = ['ON', 'LIMIT', 'MODE', 'NAME', 'DATA'] as const
const definitions = defineFlags({
  ON: { type: 'boolean', default: false },
  LIMIT: { type: 'integer', default: 5, min: 1, max: 100 },
  MODE: { type: 'enum', values: ['off', 'on'], default: 'off' },
  NAME: { type: 'string', default: 'x' },
  DATA: { type: 'json', default: null, validate: (value) => value },
})

/** Flags with one source, which says what it is given. */
function start() {
  let host: SourceHost | undefined
  const flags = createFlags({
    flags: definitions,
    sources: [
      {
        name: 'hostile',
        start(given) {
          host = given
          return { reload() {}, close() {} }
        },
      },
    ],
  })
  return {
    flags,
    say(content: unknown): boolean {
      return publishFlagFile(content, host as SourceHost)
    },
    values: () => NAMES.map((name) => flags.get(name)),
  }
}

/** What a text that is taken must come to for a context without anything, by `JSON.parse` and nothing of ours. */
function meaning(text: string): unknown[] {
  const { flags } = JSON.parse(text)
  expect(NAMES).toEqual(expect.arrayContaining(Object.keys(flags)))
  return NAMES.map((name) => {
    if (!Object.hasOwn(flags, name)) return definitions[name].default
    const given = flags[name]
    if (typeof given !== 'object') return given
    const matching = given.rules?.find(
      (rule: { when?: unknown[]; percentage?: number }) =>
        [undefined, 100].includes(rule.percentage) && (rule.when ?? []).length === 0,
    )
    return (matching ?? given).value
  })
}

function expectFitting([on, limit, mode, name]: unknown[]): void {
  expect(typeof on).toBe('boolean')
  expect(Number.isInteger(limit) && Number(limit) >= 1 && Number(limit) <= 100).toBe(true)
  expect(['off', 'on']).toContain(mode)
  expect(typeof name).toBe('string')
}

const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<string>(...NAMES) },
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    '',
    'on',
    'ON\0',
    '\ud800',
    'flags',
  ),
)
const scalars = fc.constantFrom<unknown>(
  true,
  false,
  1,
  50,
  0,
  101,
  1.5,
  -0,
  1e21,
  'on',
  'off',
  '',
  '5',
  'a\0b',
  '\udfff',
  null,
)
const values = fc.oneof({ weight: 5, arbitrary: scalars }, fc.jsonValue({ maxDepth: 2 }))
const conditions = fc.oneof(
  fc.record({ attribute: names, equals: values }),
  fc.record({ attribute: names, in: fc.array(values, { maxLength: 2 }) }),
  fc.record({ attribute: names, semver: fc.constantFrom('>=1.0.0', '^1', 'x', '') }),
  fc.dictionary(names, values, { maxKeys: 2 }),
)
const rules = fc.record(
  {
    value: values,
    when: fc.oneof(fc.array(conditions, { maxLength: 2 }), values),
    percentage: fc.constantFrom<unknown>(0, 25, 100, 101, '5', null),
    by: names,
  },
  { requiredKeys: ['value'] },
)
const settings = fc.record(
  {
    value: values,
    rules: fc.oneof(fc.array(rules, { maxLength: 2 }), values),
    valeu: values,
  },
  { requiredKeys: ['value'] },
)
/** A file by its parts, so that a name may be there twice, and `__proto__` too. */
const files = fc
  .array(fc.tuple(names, fc.oneof(values, settings)), { maxLength: 4 })
  .map((parts) => parts.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`))
  .map((members) => `{"flags": {${members.join(',\n')}}}`)
const mutations = fc
  .tuple(
    files,
    fc.nat(),
    fc.nat(4),
    fc.oneof(
      fc.constantFrom('"', '{', '}', ',', '\\', '\0', '\ufeff', '1'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map(([text, at, remove, insert]) => {
    const place = at % text.length
    return text.slice(0, place) + insert + text.slice(place + remove)
  })
const texts = fc.oneof(
  { weight: 4, arbitrary: files },
  { weight: 4, arbitrary: mutations },
  fc.json().map((json) => `{"flags": ${json}}`),
  fc.string({ unit: 'binary' }),
)

test('a file that is anything is taken for what it says, or changes nothing', () => {
  const { flags, say, values } = start()
  let taken = 0
  fc.assert(
    fc.property(texts, (text) => {
      const before = [flags.revision, ...values()]
      if (say(text)) {
        taken++
        // Objects without a prototype are no less equal here than others.
        expect(JSON.stringify(values())).toBe(JSON.stringify(meaning(text)))
        expect(flags.sources()[0]?.state).toBe('ready')
      } else {
        expect([flags.revision, ...values()]).toEqual(before)
        expect(flags.sources()[0]).toMatchObject({
          state: 'stale',
          error: expect.stringMatching(/\(line \d+, column \d+\)$/),
        })
      }
      expectFitting(values())
    }),
    { numRuns: 5000 },
  )
  // Else the test would say nothing.
  expect(taken).toBeGreaterThan(300)
})

test('an answer that is any object is taken or changes nothing, and never throws', () => {
  const { flags, say, values } = start()
  const anything = fc.anything({
    withBigInt: true,
    withNullPrototype: true,
    withMap: true,
    withTypedArray: true,
    withDate: true,
  })
  const answers = fc.oneof(
    anything,
    fc.record({ flags: fc.dictionary(names, fc.oneof(anything, scalars), { maxKeys: 2 }) }),
  )
  fc.assert(
    fc.property(answers, (answer) => {
      const before = [flags.revision, ...values()]
      if (!say(answer)) expect([flags.revision, ...values()]).toEqual(before)
      expectFitting(values())
    }),
    { numRuns: 2000 },
  )
})

test('what no file can hold, but an answer can', () => {
  const { flags, say, values } = start()
  const cyclic: Record<string, unknown> = { value: {} }
  cyclic['value'] = cyclic
  let deep: unknown = null
  for (let i = 0; i < 1e5; i++) deep = [deep]
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const before = [flags.revision, ...values()]
  const hostile = [
    { DATA: { value: () => 1 } },
    { DATA: { value: Symbol('s') } },
    { DATA: { value: deep } },
    { DATA: { value: 5n } },
    { DATA: proxy },
    { DATA: { value: proxy } },
    { DATA: { value: cyclic, rules: proxy } },
    { ON: { value: true, rules: [proxy] } },
    { ON: { value: true, rules: [{ value: true, when: [proxy] }] } },
    {
      ON: Object.defineProperty({}, 'value', {
        get: () => {
          throw new Error('no')
        },
        enumerable: true,
      }),
    },
    { ON: { value: Object.create(null) } },
  ]
  for (const [i, one] of hostile.entries()) {
    expect(say({ flags: one }), `${i}`).toBe(false)
    expect([flags.revision, ...values()]).toEqual(before)
  }
})

test('nothing of this has touched what all objects share', () => {
  const { say } = start()
  for (const name of ['__proto__', 'constructor', 'prototype']) {
    say(`{"flags": {"${name}": {"value": {"polluted": true}}, "ON": true}}`)
    say(`{"flags": {"DATA": {"value": {"${name}": {"polluted": true}}}}}`)
    say(`{"${name}": {"polluted": true}, "flags": {}}`)
  }
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
})
