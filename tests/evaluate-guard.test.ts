import { describe, expect, test } from 'vitest'
import { asJson, asText } from '../benchmarks/src/evaluate/guard.ts'
import { createJudge, type Finding, type Judge } from '../benchmarks/src/evaluate/judge.ts'
import { cline } from '../benchmarks/src/evaluate/judges/cline.ts'
import { geminiCli } from '../benchmarks/src/evaluate/judges/gemini-cli.ts'
import { openHands } from '../benchmarks/src/evaluate/judges/openhands.ts'
import { roo } from '../benchmarks/src/evaluate/judges/roo.ts'
import { threeNames } from '../benchmarks/src/evaluate/judges/three-names.ts'
import { judgeAll, score } from '../benchmarks/src/evaluate/score.ts'
import type { Trace, TraceCall, TraceStep } from '../packages/tool-loop-guard/test/trace.ts'

const call = (tool: string, input: unknown = {}, output: unknown = 'same'): TraceCall => {
  return { tool, input, output }
}
const fails = (tool: string, message: string): TraceCall => {
  return { tool, input: {}, error: { message } }
}
const step = (...calls: TraceCall[]): TraceStep => ({ calls })
const says = (text: string, ...calls: TraceCall[]): TraceStep => ({ text, calls })
const times = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))
const healthy = (...steps: TraceStep[]): Trace => {
  return { id: 'x', shape: 's', label: 'healthy', set: 'tuning', why: 'w', steps }
}
const loop = (loopStartsAt: number, ...steps: TraceStep[]): Trace => {
  return { ...healthy(...steps), label: 'loop', loopStartsAt }
}
const stops = (judge: Judge, ...steps: TraceStep[]) => judge.judge(healthy(...steps)).stop
/** The index of the call at which a detector stops a run. */
const at = (judge: Judge, ...steps: TraceStep[]) => stops(judge, ...steps)?.stoppedAt

const A = step(call('a'))
const B = step(call('b'))
const C = step(call('c'))
const again = (count: number, ...steps: TraceStep[]) => times(count, () => steps).flat()

describe('three names in a row', () => {
  test('stops the third consecutive call of the same tool, whatever its input and result', () => {
    const named = (n: number) => step(call('a', { n }, n))
    expect(at(threeNames, ...times(3, named))).toBe(2)
    expect(at(threeNames, ...times(2, named), B, ...times(2, named))).toBeUndefined()
    expect(at(threeNames, step(call('a', 1), call('a', 2), call('a', 3)))).toBe(2)
    expect(at(threeNames, A, A, { ...A, user: 'And now?' })).toBeUndefined()
  })
})

describe('Roo Code', () => {
  test('stops the fourth identical call, whatever the results', () => {
    expect(at(roo, ...times(4, (n) => step(call('a', {}, n))))).toBe(3)
    expect(at(roo, A, A, A, B, A, A, A)).toBeUndefined()
  })

  test('sorts input keys at the top level only', () => {
    const keyed = (n: number) => step(call('a', n % 2 ? { x: 1, y: 2 } : { y: 2, x: 1 }))
    const deep = (n: number) => step(call('a', { z: n % 2 ? { x: 1, y: 2 } : { y: 2, x: 1 } }))
    expect(at(roo, ...times(4, keyed))).toBe(3)
    expect(at(roo, ...times(9, deep))).toBeUndefined()
  })

  test('allows scrolling', () => {
    const scroll = step(call('browser_action', { action: 'scroll_down' }))
    expect(at(roo, ...again(9, scroll))).toBeUndefined()
    expect(at(roo, ...again(9, step(call('browser_action', { action: 'click' }))))).toBe(3)
  })
})

describe('Gemini CLI', () => {
  test('stops a pattern of up to five calls at the last call of its fifth repetition', () => {
    const D = step(call('d'))
    const E = step(call('e'))
    expect(at(geminiCli, ...again(4, A), B)).toBeUndefined()
    expect(at(geminiCli, ...again(6, A))).toBe(4)
    expect(stops(geminiCli, ...again(6, A, B))).toEqual({ stoppedAt: 9, how: 'period 2' })
    expect(at(geminiCli, ...again(6, A, B, C))).toBe(14)
    expect(at(geminiCli, ...again(6, A, B, C, D, E))).toBe(24)
    expect(at(geminiCli, ...again(9, A, B, C, D, E, step(call('f'))))).toBeUndefined()
  })

  test('ignores results, but not the order of keys', () => {
    const keyed = (n: number) => step(call('a', n % 3 ? { x: 1, y: 2 } : { y: 2, x: 1 }))
    expect(at(geminiCli, ...times(5, (n) => step(call('a', {}, n))))).toBe(4)
    expect(at(geminiCli, ...times(5, keyed))).toBeUndefined()
  })

  test('stops text that repeats ten times, unless calls are in between', () => {
    const text = 'I will now look into this, step by step, and then repair what is broken.'
    expect(at(geminiCli, ...again(9, says(text)))).toBeUndefined()
    expect(stops(geminiCli, ...again(12, says(text)))).toEqual({ stoppedAt: 10, how: 'chant' })
    expect(at(geminiCli, ...times(30, (n) => says(text, call('a', n))))).toBeUndefined()
    const list = (n: number) => says(`${text} This is about file number ${n * n}.`)
    expect(at(geminiCli, ...times(30, list))).toBeUndefined()
    const far = says(text + times(50, (n) => `Word no. ${n}`).join(' '))
    expect(at(geminiCli, ...again(12, far))).toBeUndefined()
  })

  test('a user message resets the detector', () => {
    expect(at(geminiCli, ...again(4, A), { ...A, user: 'Again' }, ...again(3, A))).toBeUndefined()
  })
})

describe('OpenHands SDK', () => {
  test('stops after the fourth equal call with equal results', () => {
    expect(at(openHands, A, A, A)).toBeUndefined()
    expect(at(openHands, A, A, A, A, A)).toBe(4)
    expect(at(openHands, ...times(9, (n) => step(call('a', {}, n))))).toBeUndefined()
    expect(at(openHands, A, A, A, B, A, A, A)).toBeUndefined()
  })

  test('compares the reasoning as part of a call', () => {
    expect(at(openHands, ...times(9, (n) => says(`Take ${n}`, call('a'))))).toBeUndefined()
    expect(at(openHands, ...again(9, says('Again', call('a'))))).toBe(4)
  })

  test('warns at the third equal call with any errors, and stops after the fourth', () => {
    const error = (n: number) => step(fails('a', `error ${n}`))
    expect(openHands.judge(healthy(...times(3, error)))).toEqual({ warnedAt: 3 })
    expect(openHands.judge(healthy(...times(6, error)))).toEqual({
      stop: { stoppedAt: 4, how: 'same call, errors' },
      warnedAt: 3,
    })
    expect(at(openHands, ...times(3, error), A)).toBeUndefined()
  })

  test('stops two alternating calls after six, and never stops three alternating calls', () => {
    expect(at(openHands, A, B, A, B, A)).toBeUndefined()
    expect(at(openHands, A, B, A, B, A, B, A)).toBe(6)
    expect(at(openHands, ...again(9, A, B, C))).toBeUndefined()
  })

  test('stops three consecutive messages without a call, whatever their text', () => {
    const messages = times(5, (n) => says(`Message ${n}`))
    expect(stops(openHands, A, ...messages)).toEqual({ stoppedAt: 4, how: 'monologue' })
    expect(
      at(openHands, ...times(4, (n) => [says('x'), says('y'), step(call('a', n))]).flat()),
    ).toBeUndefined()
  })

  test('a user message resets the detector', () => {
    expect(at(openHands, A, A, A, { ...A, user: 'Again' }, A, A)).toBeUndefined()
  })
})

describe('Cline SDK', () => {
  test('warns at the third identical call, and stops the fifth', () => {
    expect(cline.judge(healthy(A, A))).toEqual({})
    expect(cline.judge(healthy(A, A, A, A))).toEqual({ warnedAt: 2 })
    expect(cline.judge(healthy(A, A, A, B, A, A, A))).toEqual({ warnedAt: 2 })
    expect(cline.judge(healthy(...again(5, A)))).toEqual({
      stop: { stoppedAt: 4, how: 'same call' },
      warnedAt: 2,
    })
    expect(at(cline, A, A, A, A, B, A, A, A, A)).toBeUndefined()
  })

  test('sorts input keys at every depth', () => {
    const deep = (n: number) => step(call('a', { z: n % 2 ? { x: 1, y: 2 } : { y: 2, x: 1 } }))
    expect(at(cline, ...times(5, deep))).toBe(4)
  })

  test('counts equal calls in one answer once', () => {
    const both = step(call('a'), call('a'))
    expect(at(cline, ...again(4, both))).toBeUndefined()
    expect(at(cline, ...again(5, both))).toBe(8)
  })

  test('a changed output ends the streak, but an error does not', () => {
    expect(at(cline, ...times(19, (n) => step(call('a', {}, n))))).toBeUndefined()
    expect(at(cline, ...times(5, (n) => step(fails('a', `error ${n}`))))).toBe(4)
  })

  test('stops the twentieth equal call, unless a percentage in the output increases', () => {
    const changing = (n: number) => step(call('a', {}, { n }))
    expect(stops(cline, ...times(20, changing))).toEqual({ stoppedAt: 19, how: 'ceiling' })
    expect(at(cline, ...times(60, (n) => step(call('a', {}, `${n} %`))))).toBeUndefined()
    expect(at(cline, ...times(60, (n) => step(call('a', {}, { progress: n + 2 }))))).toBeUndefined()
    expect(at(cline, ...times(60, (n) => step(call('a', {}, `${n}/60`))))).toBeUndefined()
    expect(at(cline, ...times(60, (n) => step(call('a', {}, `${500 + n} %`))))).toBe(19)
  })

  test('a user message resets the detector', () => {
    const changing = times(19, (n) => step(call('a', {}, { n })))
    expect(at(cline, ...changing, { ...A, user: 'Again' }, A, A, A)).toBeUndefined()
  })
})

describe('the evaluation', () => {
  const stopping = (name: string) => (call: TraceCall) =>
    call.tool === name ? ({ action: 'stop', how: name } as const) : undefined

  test('announces all calls of an answer before the first runs, and nothing after a stop', () => {
    const seen: string[] = []
    const judge = createJudge('spy', () => ({
      onUserMessage: () => void seen.push('onUserMessage'),
      onAnswer: (text) => void seen.push(`onAnswer ${text}`),
      beforeCall: ({ tool }, act, step) => void seen.push(`beforeCall ${tool} ${act} ${step}`),
      afterCall: ({ tool }, act) => {
        seen.push(`afterCall ${tool} ${act}`)
        return stopping('c')(call(tool))
      },
      onStepEnd: () => void seen.push('onStepEnd'),
    }))
    const trace = healthy({ user: 'Go', ...says('x', call('a'), call('b')) }, says('y'), C, A)
    expect(judge.judge(trace).stop).toEqual({ stoppedAt: 4, how: 'c' })
    const first = [
      'onUserMessage',
      'onAnswer x',
      'beforeCall a 0 0',
      'beforeCall b 1 0',
      'afterCall a 0',
      'afterCall b 1',
    ]
    const then = [
      'onStepEnd',
      'onAnswer y',
      'onStepEnd',
      'onAnswer undefined',
      'beforeCall c 3 2',
      'afterCall c 3',
    ]
    expect(seen).toEqual([...first, ...then])
  })

  test('counts the calls that run after a loop began, up to its end if nothing stops it', () => {
    const warning: Finding = { action: 'warn', how: 'c' }
    const judge = createJudge('b', () => ({
      beforeCall: (asked) => (asked.tool === 'c' ? warning : stopping('b')(asked)),
    }))
    const traces = [
      loop(1, A, A, A, B, A),
      loop(1, ...again(5, A)),
      loop(3, A, B, A, A),
      loop(1, A, B, A),
      healthy(C, B),
      healthy(A, A),
      healthy(C, A),
    ]
    const outcomes = judgeAll(judge, traces)
    expect(outcomes.map(({ result, wasted }) => [result, wasted])).toEqual([
      ['caught', 2],
      ['missed', 4],
      ['too early', 0],
      ['caught', 0],
      ['wrongly stopped', 0],
      ['let run', 0],
      ['let run', 0],
    ])
    expect(score(outcomes)).toEqual({
      loops: 4,
      caught: 2,
      tooEarly: 1,
      wasted: { median: 1, mean: 1.5, total: 6 },
      healthy: 3,
      wronglyStopped: 1,
      warned: 1,
    })
  })

  test('repeats the same report, with figures for each detector and set', () => {
    const text = asText(['tuning', 'held-out'])
    expect(asText(['tuning', 'held-out'])).toBe(text)
    expect(text).toContain('### held-out traces')
    expect(asText(['tuning'])).not.toContain('### held-out traces')
    const judged = asJson(['held-out']) as { judge: string; scores: object; traces: object[] }[]
    expect(judged.map(({ judge }) => judge)).toContain('Roo Code')
    for (const { scores, traces } of judged) {
      expect(Object.keys(scores)).toEqual(['held-out'])
      expect(traces.length).toBeGreaterThanOrEqual(40)
    }
  })
})
