import { parseEnv } from 'node:util'
import { expect, test } from 'vitest'
import { defineFlags } from './define-flags.ts'
import type { FlagDefinitions } from './definition.ts'
import { envExample } from './env-example.ts'
import { names } from './testing.ts'

test('is a text to copy: each flag’s variable with what it is, what it takes and its default', () => {
  const flags = defineFlags({
    ENABLE_RETRY: { type: 'boolean', default: false, description: 'Retries what may be retried' },
    MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000 },
    RATIO: { type: 'number', default: 0.5, min: 0 },
    LIMIT: { type: 'number', default: -1, max: 0 },
    ANY: { type: 'integer', default: 0 },
    GUARDRAIL_MODE: {
      type: 'enum',
      values: ['off', 'warn', 'enforce'],
      default: 'off',
      description: 'What the guard does\r\nwith what it finds',
    },
    GREETING: { type: 'string', default: 'Hello, you', env: 'APP_GREETING' },
    MODELS: { type: 'json', default: ['sonnet'], validate: names },
    API_KEY: { type: 'string', default: 'sk-4711', secret: true, description: 'Keep it' },
  })
  const text = envExample(flags)
  expect(text).toBe(`# Retries what may be retried
# true or false
# ENABLE_RETRY=false

# integer from 1 up to 1000
# MAX_CONCURRENT=5

# number from 0
# RATIO=0.5

# number up to 0
# LIMIT=-1

# integer
# ANY=0

# What the guard does
# with what it finds
# one of: off, warn, enforce
# GUARDRAIL_MODE=off

# text
# APP_GREETING=Hello, you

# JSON
# MODELS=["sonnet"]

# Keep it
# text
# API_KEY=
`)
})

test('has the prefix that env is given, but where a variable is named', () => {
  const flags: FlagDefinitions = {
    A: { type: 'boolean', default: true },
    B: { type: 'boolean', default: true, env: 'OTHER' },
  }
  expect(envExample(flags, { prefix: 'APP_' })).toBe(
    '# true or false\n# APP_A=true\n\n# true or false\n# OTHER=true\n',
  )
})

test('of no flags is empty', () => {
  expect(envExample({})).toBe('')
})

test.each([
  '',
  'plain',
  'two words',
  ' spaces around ',
  '#4711',
  'a # b',
  'two\nlines',
  '"quoted"',
  "'quoted'",
  "it's #1",
  'a=b',
  'back\\slash',
  '$HOME',
])('the default %j, once uncommented, is read as it is, and breaks no line', (value) => {
  const text = envExample({ X: { type: 'string', default: value } })
  expect(text.split('\n')).toHaveLength(3)
  expect(parseEnv(text)).toEqual({})
  expect(parseEnv(text.replace('# X', 'X'))).toEqual({ X: value })
})

test.each(['old\r\nlines', 'carriage\rreturn', `"'\``])(
  'the default %j breaks no line',
  (value) => {
    const text = envExample({ X: { type: 'string', default: value, description: value } })
    for (const line of text.trimEnd().split(/[\r\n]+/)) expect(line).toMatch(/^# /)
  },
)

test.each([{ a: '#1' }, 'text', ['it’s'], null, { a: "it's # 1" }])(
  'the JSON default %j, once uncommented, is read as it is',
  (value) => {
    const text = envExample({ X: { type: 'json', default: value, validate: (json) => json } })
    expect(JSON.parse(parseEnv(text.replace('# X', 'X'))['X'] ?? '')).toEqual(value)
  },
)
