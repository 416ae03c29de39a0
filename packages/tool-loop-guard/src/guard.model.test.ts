import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createToolLoopGuard } from './create-tool-loop-guard.ts'
import { calls, runs } from './testing.ts'

const TOOLS = ['read', 'search', 'bash', 'fetch', 'edit_file', 'list']
const limits = { steps: { warn: 1_000, block: 1_000 } }

const text = fc.constantFrom('I will look.', 'Next.', '', undefined)
const tool = fc.constantFrom(...TOOLS)

test('work of which each result is new is never stopped before the limit of steps', () => {
  const answer = fc.record({
    text,
    calls: fc.array(fc.record({ tool, input: fc.nat(2), how: fc.nat(9) }), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 80, size: 'max' }), (answers) => {
      const guard = createToolLoopGuard({ limits })
      let news = 0
      for (const one of answers) {
        expect(['allow', 'warn']).toContain(guard.turn({ text: one.text }).action)
        const verdicts = calls(
          guard,
          ...one.calls.map(({ tool, input, how }) => ({
            tool,
            input: { input },
            output: resultOf(how, news++),
          })),
        )
        expect(verdicts.every(runs)).toBe(true)
      }
    }),
    { numRuns: 300 },
  )
})

/** Something new, of any shape. */
function resultOf(how: number, news: number): unknown {
  const word = `w${news.toString(26).replace(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '')}`
  if (how < 4) return `The ${word} is found at ${news}.`
  if (how < 7) return { items: [{ name: word, at: news }], total: 7 }
  return [word, news]
}

/** The fifth call of one; else the fourth pass begins, or the sixth call of two: the first pass may have changed something. */
function blockedBy(period: number): number {
  return period === 1 ? 5 : Math.max(6, 3 * period + 1)
}

test('a loop of one to six calls with unchanged results is blocked when its fourth pass begins, or before', () => {
  const part = fc.record({ tool, input: fc.nat(1_000), fails: fc.boolean() })
  const loop = fc.uniqueArray(part, {
    minLength: 1,
    maxLength: 6,
    selector: ({ tool, input }) => `${tool} ${input}`,
  })
  const before = fc.array(tool, { maxLength: 20 })
  fc.assert(
    fc.property(before, loop, (earlier, parts) => {
      const guard = createToolLoopGuard({ limits })
      for (const [n, one] of earlier.entries()) {
        guard.turn()
        calls(guard, { tool: one, input: `before ${n}`, output: `earlier ${n}` })
      }
      const at = Array.from({ length: 40 }, (_, n) => {
        const { tool, input, fails } = parts[n % parts.length] as (typeof parts)[number]
        const end = `the ${tool} says ${input} of ${n % parts.length}`
        guard.turn()
        const [verdict] = calls(guard, {
          tool,
          input,
          ...(fails ? { error: new Error(end) } : { output: end }),
        })
        return verdict?.action
      })
      const first = at.findIndex((action) => action !== 'allow' && action !== 'warn')
      expect(first).toBeGreaterThanOrEqual(0)
      expect(first + 1).toBeLessThanOrEqual(blockedBy(parts.length))
      // And it comes to an end soon after.
      expect(at.indexOf('stop')).toBeLessThanOrEqual(first + 2 + parts.length)
    }),
    { numRuns: 500 },
  )
})
