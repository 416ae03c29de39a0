import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import type { GuardSnapshot, ToolLoopGuard, Verdict } from './guard.ts'
import type { ToolLoopGuardOptions } from './options.ts'
import { row, says, short, times } from './testing.ts'

const clock = { now: () => 0, setTimeout: () => 0, clearTimeout: () => {} }
const options: ToolLoopGuardOptions = {
  clock,
  budgets: { calls: 40, callsPerTool: 20, tokens: 9_000 },
  tools: { poll: { poll: true }, free: { exempt: true } },
  limits: {
    stepsWithoutProgress: { warn: 15, block: 25 },
    steps: { warn: 20, block: 30 },
    sameText: { block: Infinity },
  },
}

/** What may happen to a guard. */
type Event =
  | { readonly type: 'turn'; readonly text?: string; readonly tokens: number }
  | { readonly type: 'before'; readonly id: number; readonly tool: string; readonly input: number }
  | { readonly type: 'after'; readonly id: number; readonly result: number; readonly how: string }
  | { readonly type: 'act'; readonly input: number; readonly result: number }
  | { readonly type: 'reset' }

const few = fc.nat(2)
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('turn'),
      text: fc.constantFrom('a', 'b', ''),
      tokens: fc.nat(500),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('before'),
      id: fc.nat(30),
      tool: fc.constantFrom('read', 'poll', 'free', 'sleep'),
      input: few,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('after'),
      id: fc.nat(30),
      result: few,
      how: fc.constantFrom('output', 'error', 'outage'),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({ type: fc.constant('act'), input: fc.nat(1), result: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'reset' as const }) },
) as fc.Arbitrary<Event>

function happen(guard: ToolLoopGuard, one: Event): Verdict | undefined {
  switch (one.type) {
    case 'turn':
      return guard.turn({ text: one.text, usage: { totalTokens: one.tokens } })
    case 'before':
      return guard.before({ id: `${one.id}`, tool: one.tool, input: { n: one.input } })
    case 'after': {
      const error = Object.assign(new Error(`e${one.result}`), { retryable: one.how === 'outage' })
      guard.after(`${one.id}`, one.how === 'output' ? { output: `r${one.result}` } : { error })
      return undefined
    }
    case 'act': {
      guard.turn()
      const verdict = guard.before({ tool: 'read', input: one.input })
      guard.after(undefined, { output: `r${one.result}` })
      return verdict
    }
    case 'reset':
      guard.reset()
      return undefined
  }
}

/** Without the words, which may have a tool's in them: these are not saved. */
function silent(verdict: Verdict | undefined): unknown {
  return verdict && { ...verdict, message: '' }
}

const json = (snapshot: GuardSnapshot): GuardSnapshot => JSON.parse(JSON.stringify(snapshot))

test('a guard restored at any point gives the verdicts of one that went on', () => {
  const actions = new Set<string>()
  fc.assert(
    fc.property(fc.array(event, { maxLength: 80, size: 'max' }), fc.nat(80), (events, at) => {
      const guard = createToolLoopGuard(options)
      for (const one of events.slice(0, at)) happen(guard, one)
      const snapshot = guard.snapshot()
      expect(json(snapshot)).toEqual(snapshot)
      const next = createToolLoopGuard({ ...options, snapshot: json(snapshot) })
      expect(next.snapshot()).toEqual(snapshot)
      for (const one of events.slice(at)) {
        const verdict = happen(guard, one)
        actions.add(verdict?.action ?? '')
        expect(silent(happen(next, one))).toEqual(silent(verdict))
      }
      expect(next.snapshot()).toEqual(guard.snapshot())
    }),
    { numRuns: 400 },
  )
  expect([...actions]).toEqual(expect.arrayContaining(['allow', 'warn', 'block', 'finish', 'stop']))
})

test('the same history has the same verdicts, words and all', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
      const [one, other] = [createToolLoopGuard(options), createToolLoopGuard(options)]
      for (const step of events) expect(happen(one, step)).toEqual(happen(other, step))
      expect(one.snapshot()).toEqual(other.snapshot())
    }),
  )
})

test('two guards know nothing of each other', () => {
  const [one, other] = [createToolLoopGuard(), createToolLoopGuard()]
  row(one, ...times(8, () => says('read', {}, 'text')))
  expect(row(other, says('read', {}, 'text')).map(short)).toEqual(['allow'])
})

test('a snapshot is of its moment, and serves more than one guard', () => {
  const guard = createToolLoopGuard({ clock })
  row(guard, ...times(4, () => says('read', {}, 'text')))
  const snapshot = guard.snapshot()
  const before = json(snapshot)
  row(guard, ...times(4, () => says('read', {}, 'text')))
  const next = times(2, () => createToolLoopGuard({ clock, snapshot }))
  const verdicts = next.map((one) => row(one, says('read', {}, 'text')).map(short))
  expect(verdicts).toEqual([['block same-result'], ['block same-result']])
  expect(snapshot).toEqual(before)
})

test('an error holds a snapshot to go on from, with other limits', () => {
  const guard = createToolLoopGuard({ limits: { steps: { block: 3 } } })
  row(guard, ...times(5, (n) => says('read', n, n)))
  const { snapshot } = guard.error()
  const next = createToolLoopGuard({ snapshot, mode: 'warn' })
  expect(short(next.turn())).toBe('allow')
})

describe('no content is kept', () => {
  test('of inputs, outputs, errors, texts or costs, wherever a secret is put', () => {
    const secret = 'hunter2-s3cr3t'
    const wrapped = fc.oneof(
      fc.constant<unknown>(secret),
      fc.constant({ password: secret }),
      fc.constant({ [secret]: 1 }),
      fc.constant([[secret]]),
      fc.constant(new Error(secret)),
      fc.constant({ message: secret, code: secret, name: secret }),
    )
    fc.assert(
      fc.property(
        fc.array(fc.record({ input: wrapped, result: wrapped, fails: fc.boolean() }), {
          maxLength: 12,
        }),
        (acts) => {
          const events: unknown[] = []
          const guard = createToolLoopGuard({ onEvent: (event) => events.push(event), clock })
          const evidence: unknown[] = []
          for (const [n, { input, result, fails }] of acts.entries()) {
            const turn = guard.turn({ text: secret })
            const verdict = guard.before({ id: `${n}`, tool: 'read', input })
            guard.after(`${n}`, fails ? { error: result } : { output: result })
            for (const one of [turn, verdict])
              if (one.action !== 'allow') evidence.push(one.evidence)
          }
          const error = guard.error()
          const { history, usage } = error
          const kept = JSON.stringify([
            guard.snapshot(),
            events,
            evidence,
            error,
            error.message,
            history,
            usage,
          ])
          expect(kept).not.toContain('hunter2')
        },
      ),
    )
  })
})

describe('a damaged snapshot is refused', () => {
  const guard = createToolLoopGuard({ clock })
  guard.turn({ text: 'a' })
  row(guard, ...times(6, () => says('read', {}, 'text')))
  const good = json(guard.snapshot())

  test('but the good one is taken', () => {
    expect(createToolLoopGuard({ snapshot: good, clock }).snapshot()).toEqual(good)
  })

  test.each([
    [{ version: 3 }, RangeError, '`snapshot.version` must be 2, as `snapshot()` has it, not 3'],
    [
      { version: undefined },
      RangeError,
      '`snapshot.version` must be 2, as `snapshot()` has it, not undefined',
    ],
    [{ steps: '7' }, TypeError, '`snapshot.steps` is not'],
    [{ steps: Number.NaN }, TypeError, '`snapshot.steps` is not'],
    [{ steps: -1 }, TypeError, '`snapshot.steps` is not'],
    [{ steps: 1.5 }, TypeError, '`snapshot.steps` is not'],
    [{ stepsWithoutProgress: -1 }, TypeError, '`snapshot.stepsWithoutProgress` is not'],
    [{ earlierMs: -1 }, TypeError, '`snapshot.earlierMs` is not'],
    [
      { used: { steps: 1, calls: 1, tokens: -1e308, cost: 0 } },
      TypeError,
      '`snapshot.used.tokens` is not',
    ],
    [
      { used: { steps: 1, calls: 1, tokens: Infinity, cost: 0 } },
      TypeError,
      '`snapshot.used.tokens` is not',
    ],
    [{ blocks: { count: -9, at: 0 } }, TypeError, '`snapshot.blocks.count` is not'],
    [{ finishedAt: -1 }, TypeError, '`snapshot.finishedAt` is not'],
    [{ callsPerTool: [['read', -4]] }, TypeError, '`snapshot.callsPerTool.0.1` is not'],
    [{ callsPerTool: [['x'.repeat(301), 4]] }, TypeError, '`snapshot.callsPerTool.0.0` is not'],
    [{ history: times(101, () => ({ calls: [] })) }, TypeError, '`snapshot.history` is not'],
    [{ used: undefined }, TypeError, '`snapshot.used` is not'],
    [{ used: { steps: 1 } }, TypeError, '`snapshot.used.calls` is not'],
    [{ isTold: { turns: 1, results: true } }, TypeError, '`snapshot.isTold.turns` is not'],
    [{ streaks: {} }, TypeError, '`snapshot.streaks` is not'],
    [{ streaks: [null] }, TypeError, '`snapshot.streaks.0` is not'],
    [{ last: { detector: 3 } }, TypeError, '`snapshot.last.detector` is not'],
    [{ callsPerTool: [['read', '4']] }, TypeError, '`snapshot.callsPerTool.0.1` is not'],
    [
      { replays: [{ id: 'a', key: 1, replays: 0, said: { action: 'go' } }] },
      TypeError,
      '`snapshot.replays.0.said.action` is not',
    ],
    [{ history: [{ calls: [null] }] }, TypeError, '`snapshot.history.0.calls.0` is not'],
    [{ history: [{ calls: 'abc' }] }, TypeError, '`snapshot.history.0.calls` is not'],
    [{ history: 1n }, TypeError, 'which is JSON'],
  ])('%o', (damage, errorClass, message) => {
    const make = () => createToolLoopGuard({ snapshot: { ...good, ...damage } as never })
    expect(make).toThrow(errorClass)
    expect(make).toThrow(message)
  })

  test.each([[null], [7], ['text'], [[]], [{}]])('%j, which is none', (snapshot) => {
    const make = () => createToolLoopGuard({ snapshot: snapshot as never })
    expect(make).toThrow(RangeError)
    expect(make).toThrow('`snapshot.version` must be 2')
  })

  test('whatever is done to it, it is refused or makes a guard that works', () => {
    const text = JSON.stringify(good)
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.constantFrom('0', 'null', '"', '}', '[]', ''),
        (at, damage) => {
          let snapshot: GuardSnapshot
          try {
            snapshot = JSON.parse(text.slice(0, at) + damage + text.slice(at + 1))
          } catch {
            return
          }
          let next: ToolLoopGuard
          try {
            next = createToolLoopGuard({ snapshot })
          } catch (error) {
            expect((error as Error).message).toMatch(/^`snapshot/)
            return
          }
          row(next, ...times(3, () => says('read', {}, 'text')))
          next.error()
        },
      ),
      { numRuns: 500 },
    )
  })
})

test('budgets of a snapshot of version 1 go on', () => {
  const guard = createToolLoopGuard({ clock })
  guard.turn({ usage: { totalTokens: 90 } })
  const { stepsWithoutProgress: _, ...rest } = guard.snapshot()
  const call = { tool: 'read', key: 1, outcome: 'output', isProgress: true, isUnknown: false }
  const history = [{ calls: [{ ...call, result: 1, mark: 1, kind: 'telling' }] }]
  const next = createToolLoopGuard({
    clock,
    budgets: { tokens: 100 },
    snapshot: { ...rest, history, version: 1 } as never,
  })
  expect(next.turn({ usage: { totalTokens: 10 } })).toMatchObject({
    action: 'finish',
    evidence: { detector: 'budget.tokens', count: 100 },
  })
})

test('what grows with the run stays bounded', () => {
  const guard = createToolLoopGuard({ mode: 'warn', knownTools: ['a'] })
  const sizes = times(4, (round) => {
    for (let n = 0; n < 1_000; n++) {
      guard.turn({ text: `text ${n}` })
      row(guard, says(`tool ${round} ${n}`, n, n))
    }
    return JSON.stringify(guard.snapshot()).length
  })
  expect(sizes[3]).toBeLessThan((sizes[1] as number) * 1.1)
})

test('many calls in each answer are bounded too', () => {
  const guard = createToolLoopGuard({ mode: 'warn' })
  for (let n = 0; n < 30; n++) {
    guard.turn()
    for (let call = 0; call < 100; call++) guard.before({ tool: 'read', input: [n, call] })
  }
  expect(guard.error().history.length).toBeLessThanOrEqual(256 + 100)
})

test('an answer with calls without end stays bounded too', () => {
  const guard = createToolLoopGuard()
  guard.turn()
  for (let n = 0; n < 2_000; n++) guard.before({ tool: 'read', input: n })
  expect(guard.error().history.length).toBe(256)
})
