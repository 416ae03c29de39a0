import { thrownBy } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { FlagDataError } from './errors.ts'
import { parseFlagFile, publishFlagFile } from './flag-file.ts'
import { compileRules } from './match-rules.ts'
import type { SourceHost } from './source.ts'

const settingsOf = (content: unknown) => [...parseFlagFile(content).settings]

test('a flag is set to a plain value, or to one with rules', () => {
  const rules = [
    { when: [{ attribute: 'country', in: ['DE'] }], percentage: 25, by: 'userId', value: 2 },
  ]
  const file = {
    $schema: './schema.json',
    flags: {
      A: true,
      B: 1,
      C: 'text',
      D: { value: { x: [null] } },
      E: { value: 1, rules },
      F: { value: null },
    },
  }
  const expected = [
    ['A', { value: true }],
    ['B', { value: 1 }],
    ['C', { value: 'text' }],
    ['D', { value: { x: [null] } }],
    ['E', { value: 1, rules }],
    ['F', { value: null }],
  ]
  expect(JSON.stringify(settingsOf(JSON.stringify(file)))).toBe(JSON.stringify(expected))
  expect(settingsOf(file)).toEqual(expected)
  expect(settingsOf('{"flags": {}}')).toEqual([])
})

test('names of the prototype chain are names like any other', () => {
  const text = '{"flags": {"__proto__": true, "constructor": {"value": 1}, "toString": 2}}'
  expect(settingsOf(text)).toEqual([
    ['__proto__', { value: true }],
    ['constructor', { value: 1 }],
    ['toString', { value: 2 }],
  ])
})

describe('what is wrong is refused with line and column', () => {
  test.each([
    ['', 1, 1, 'Expected a value, not the end'],
    ['{"flags": {\n"A": tru', 2, 6, 'Expected a value, not "t"'],
    ['null', 1, 1, 'A flag file must be an object with `flags`: { "flags": { "NAME": … } }'],
    ['[]', 1, 1, 'A flag file must be an object with `flags`: { "flags": { "NAME": … } }'],
    ['{}', 1, 1, 'A flag file must be an object with `flags`: { "flags": { "NAME": … } }'],
    [
      '{"ENABLE_RETRY": true}',
      1,
      1,
      'A flag file must be an object with `flags`: { "flags": { "NAME": … } }',
    ],
    ['{"flags": {},\n "flgas": {}}', 2, 2, '`file.flgas` is unknown, did you mean "flags"?'],
    ['{"flags": {},\n "A": true}', 2, 2, '`file.A` is unknown'],
    ['{\n"$schema": 1, "flags": {}}', 2, 1, '`file.$schema` must be a string, not 1'],
    ['{\n"flags": []}', 2, 1, '`file.flags` must be an object, not an object'],
    ['{"flags": {"A": true,\n  "A": false}}', 2, 3, 'The name "A" is there twice'],
    ['{"flags": {\n  "A": null}}', 2, 3, '`A` must be a plain value or { "value": … }'],
    ['{"flags": {\n  "A": [1]}}', 2, 3, '`A` must be a plain value or { "value": … }'],
    ['{"flags": {\n  "A": {}}}', 2, 3, '`A` must have `value`'],
    ['{"flags": {"A": {\n  "valeu": 1}}}', 2, 3, '`A.valeu` is unknown, did you mean "value"?'],
    [
      '{"flags": {"A": {"value": 1,\n "rules": null}}}',
      2,
      2,
      '`A.rules` must be an array, not null',
    ],
    ['{"flags": {"a.b": {\n "valu": 1}}}', 2, 2, '`a.b.valu` is unknown, did you mean "value"?'],
    ['{"flags": {"file": {\n "valu": 1}}}', 2, 2, '`file.valu` is unknown, did you mean "value"?'],
    ['{"flags": {"A": {\n "x.y": 1}}}', 1, 12, '`A.x.y` is unknown'],
  ])('%j', (text, line, column, message) => {
    const error = thrownBy(() => parseFlagFile(text))
    expect(error).toBeInstanceOf(FlagDataError)
    expect((error as Error).message).toBe(`${message} (line ${line}, column ${column})`)
    expect((error as FlagDataError).position).toEqual({ line, column })
  })

  test('of an object without either, with the flag', () => {
    expect(thrownBy(() => parseFlagFile({ flags: { A: { valeu: 1 } } }))).toMatchObject({
      message: '`A.valeu` is unknown, did you mean "value"?',
      flag: 'A',
      position: undefined,
    })
    expect(() => parseFlagFile(undefined)).toThrow('A flag file must be an object with `flags`')
    const hostile = Object.defineProperty({}, 'flags', {
      get: vi.fn().mockThrow('no'),
      enumerable: true,
    })
    expect(() => parseFlagFile(hostile)).toThrow(new FlagDataError('no'))
  })

  test('and one that is too long is not even parsed', () => {
    expect(() => parseFlagFile(' '.repeat(2 ** 20 + 1))).toThrow('Longer than a megabyte')
  })
})

describe('published', () => {
  const hostThat = (publish: SourceHost['publish']) => ({ publish: vi.fn(publish), fail: vi.fn() })
  const publish = (text: string, refuse: (flag: string, rules: unknown) => void) => {
    const host = hostThat((settings) => {
      for (const [flag, { rules }] of settings) refuse(flag, rules)
    })
    const isTaken = publishFlagFile(text, host as unknown as SourceHost)
    return { isTaken, error: host.fail.mock.calls[0]?.[0] as FlagDataError | undefined }
  }

  test('what the flags take', () => {
    expect(publish('{"flags": {"A": 1}}', () => {})).toEqual({ isTaken: true, error: undefined })
  })

  test('what the flags refuse is reported with the position of the flag', () => {
    const cause = new FlagDataError('There is no flag "A"', { flag: 'A' })
    const { isTaken, error } = publish('{"flags": {"B": 2,\n  "A": 1}}', (flag) => {
      if (flag === 'A') throw cause
    })
    expect(isTaken).toBe(false)
    expect(error).toMatchObject({
      message: 'There is no flag "A" (line 2, column 3)',
      flag: 'A',
      position: { line: 2, column: 3 },
      cause,
    })
  })

  test('a fault in a rule is reported with its own position', () => {
    const text =
      '{"flags": {"A": {"value": 1, "rules": [{"value": 1}, {"value": 2,\n "when": [\n{"attribute": "a", "in":\n ["x", []]}]}]}}}'
    const { error } = publish(text, (flag, rules) => {
      try {
        compileRules(flag, rules)
      } catch (cause) {
        throw new FlagDataError((cause as Error).message, { flag, cause })
      }
    })
    expect(error?.position).toEqual({ line: 4, column: 8 })
    expect(error?.message).toMatch(/^`A\.rules\[1\]\.when\[0\]\.in\[1\]` must be /)
  })

  test('a text that does not parse is reported with the error of the parser', () => {
    expect(publish('{', () => {}).error?.position).toEqual({ line: 1, column: 2 })
  })
})
