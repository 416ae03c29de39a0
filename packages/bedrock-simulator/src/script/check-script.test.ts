import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkBehaviour } from './check-behaviour.ts'
import { checkOptions, checkScript } from './check-script.ts'

const good: readonly unknown[] = [
  {},
  { seed: 3, rules: [], queue: [], capacity: {} },
  {
    rules: [
      {
        model: '*',
        operation: 'Converse',
        times: 2,
        probability: 0.5,
        behaviour: { type: 'reply' },
      },
    ],
  },
  {
    queue: [
      {
        type: 'reply',
        text: 'x',
        content: [{ toolUse: { name: 't', input: {} } }],
        delayMs: 1,
        gapMs: 2,
      },
    ],
  },
  { queue: [{ type: 'error', error: 'Mine', status: 418, headers: { 'retry-after': '1' } }] },
  {
    queue: [
      { type: 'raw', body: { base64: 'AA==' } },
      { type: 'raw', body: '<html>' },
    ],
  },
  {
    queue: [
      { type: 'hang', at: 3 },
      { type: 'hang', at: 'before-headers', reply: { text: 'x' } },
    ],
  },
  {
    queue: [
      { type: 'kill', at: 'mid-body', by: 'fin' },
      { type: 'kill', at: 0, by: { rstStream: 8 } },
    ],
  },
  { capacity: { '*': { concurrent: 1, tokensPerMinute: 5 } } },
]

const bad: readonly [unknown, RegExp][] = [
  [null, /expected an object, got null/],
  [{ rule: [] }, /rule: unknown name, expected 'seed', 'rules', 'queue' or 'capacity'/],
  [{ seed: -1 }, /seed: expected a whole number from 0 to 4294967295, got -1/],
  [{ rules: [{}] }, /rules\[0\]\.behaviour: expected a behaviour, got undefined/],
  [
    { rules: [{ behaviour: { type: 'reply' }, operation: 'Chat' }] },
    /rules\[0\]\.operation: expected 'Converse'.*got "Chat"/,
  ],
  [
    { rules: [{ behaviour: { type: 'reply' }, probability: 2 }] },
    /rules\[0\]\.probability: expected a number from 0 to 1, got 2/,
  ],
  [{ queue: [{ type: 'explode' }] }, /queue\[0\]\.type: expected 'reply', 'error'.*got "explode"/],
  [{ queue: [{ type: 'hang' }] }, /queue\[0\]\.at: expected 'before-headers'/],
  [{ queue: [{ type: 'hang', at: 'later' }] }, /queue\[0\]\.at: .*got "later"/],
  [
    { queue: [{ type: 'end', at: 1.5 }] },
    /queue\[0\]\.at: expected a whole number from 0, got 1.5/,
  ],
  [{ queue: [{ type: 'kill', at: 0, by: 'axe' }] }, /queue\[0\]\.by: expected 'fin', 'rst'/],
  [{ queue: [{ type: 'error', error: 'A\nB' }] }, /queue\[0\]\.error: expected a name/],
  [
    { queue: [{ type: 'error', error: 'A', status: 99 }] },
    /queue\[0\]\.status: expected a whole number from 200 to 599/,
  ],
  [
    { queue: [{ type: 'error', error: 'A', headers: { 'a b': 'c' } }] },
    /queue\[0\]\.headers: expected names and values that HTTP allows/,
  ],
  [
    { queue: [{ type: 'reply', delayMs: Number.NaN }] },
    /queue\[0\]\.delayMs: expected a number from 0/,
  ],
  [
    { queue: [{ type: 'reply', content: [{ image: {} }] }] },
    /queue\[0\]\.content\[0\]: expected a block with/,
  ],
  [
    { capacity: { m: { concurrent: 'two' } } },
    /capacity\["m"\]\.concurrent: expected a whole number from 0, got "two"/,
  ],
]

describe('scripts', () => {
  it.each(good)('takes %j', (script) => {
    expect(() => checkScript(script, '')).not.toThrow()
  })

  it.each(bad)('refuses %j', (script, message) => {
    expect(() => checkScript(script, '')).toThrow(message)
  })

  it('says a TypeError for a wrong kind of value and a RangeError for a wrong value', () => {
    expect(() => checkOptions({ port: '80' }, '')).toThrow(TypeError)
    expect(() => checkOptions({ port: 70_000 }, '')).toThrow(RangeError)
  })

  it('judges any value, and never fails otherwise', () => {
    const types = ['reply', 'error', 'raw', 'hang', 'exception', 'kill', 'end', 'half-body']
    const near = fc.record(
      {
        type: fc.constantFrom(...types),
        at: fc.oneof(fc.integer(), fc.constantFrom('mid-body', 'x'), fc.jsonValue()),
        by: fc.jsonValue(),
        error: fc.string(),
        body: fc.jsonValue(),
        content: fc.jsonValue(),
      },
      { requiredKeys: ['type'] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.anything(), near), (value) => {
        for (const check of [checkBehaviour, checkScript, checkOptions]) {
          try {
            check(value, 'value')
          } catch (error) {
            expect(error instanceof TypeError || error instanceof RangeError).toBe(true)
            expect((error as Error).message).toMatch(/expected/)
          }
        }
      }),
    )
  })
})
