import { createJudge, type Judge } from '../judge.ts'

/** The number of repetitions of a pattern of calls, and the longest pattern. */
const REPEATS = 5
const LONGEST_PERIOD = 5

/** A piece of text that repeats this often, this close together, is a chant (Gemini CLI's term for repeated text). */
const CHANT = { window: 50, times: 10, farApart: 250, differing: 5 } as const

/**
 * The rules of Gemini CLI. A pattern of one to five calls that repeats five times is a loop. Calls are compared by the JSON
 * of their input with unsorted keys, and results are ignored. Repeated text (a chant) is a loop too; a call resets that
 * detector. The first finding counts as a stop, although the real CLI first warns the model once. The check by a second model
 * after 30 turns is omitted.
 */
export const geminiCli: Judge = createJudge('Gemini CLI', () => {
  let keys: string[] = []
  let said = ''
  return {
    onUserMessage() {
      keys = []
      said = ''
    },
    onAnswer(text = '') {
      said += text
      return chants(said) ? { action: 'stop', how: 'chant' } : undefined
    },
    beforeCall({ tool, input }) {
      said = ''
      keys.push(`${tool}:${JSON.stringify(input)}`)
      const period = periodOf(keys)
      if (period === undefined) return undefined
      return { action: 'stop', how: period === 1 ? 'same call' : `period ${period}` }
    },
  }
})

function periodOf(keys: readonly string[]): number | undefined {
  for (let period = 1; period <= LONGEST_PERIOD; period++) {
    const recent = keys.slice(-period * REPEATS)
    if (recent.length < period * REPEATS) return undefined
    if (recent.every((key, n) => key === recent[n % period])) return period
  }
  return undefined
}

/** Whether a piece of text repeats at short distances, with mostly the same text in between. */
function chants(text: string): boolean {
  const places = new Map<string, number[]>()
  for (let at = 0; at + CHANT.window <= text.length; at++) {
    const window = text.slice(at, at + CHANT.window)
    const seen = places.get(window) ?? []
    seen.push(at)
    places.set(window, seen)
    if (seen.length < CHANT.times) continue
    const recent = seen.slice(-CHANT.times)
    const apart = (at - (recent[0] ?? 0)) / (CHANT.times - 1)
    const between = new Set(recent.slice(1).map((place, n) => text.slice(recent[n], place)))
    if (apart <= CHANT.farApart && between.size <= CHANT.differing) return true
  }
  return false
}
