import { createJudge, type Judge } from '../judge.ts'

/** The number of identical calls that are allowed. The next one does not run. */
const LIMIT = 3

/**
 * The rule of Roo Code. After three consecutive identical calls, the fourth asks the user. Top-level input keys are sorted,
 * results are ignored, and scrolling in a browser never counts. The limit on consecutive mistakes is omitted, because only
 * the tools themselves can count mistakes.
 */
export const roo: Judge = createJudge('Roo Code', () => {
  let last: string | undefined
  let streak = 0
  return {
    beforeCall({ tool, input }) {
      if (isScroll(tool, input)) return undefined
      const key = `${tool} ${JSON.stringify(Object.entries(input ?? {}).toSorted(byName))}`
      streak = key === last ? streak + 1 : 1
      last = key
      return streak > LIMIT ? { action: 'stop', how: 'same call' } : undefined
    },
  }
})

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1)

function isScroll(tool: string, input: unknown): boolean {
  if (tool !== 'browser_action') return false
  const { action } = (input ?? {}) as { action?: unknown }
  return action === 'scroll_down' || action === 'scroll_up'
}
