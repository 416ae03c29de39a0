import { createJudge, type Judge } from '../judge.ts'

/** Identical calls that are let through; the next is not run. */
const LIMIT = 3

/**
 * Roo Code: three identical calls in a row, the fourth asks the user. Input keys are sorted at the top; results are not
 * looked at; scrolling a browser never counts. Its limit of mistakes in a row, of which only the tools themselves know, is
 * left out.
 */
export const roo: Judge = createJudge('Roo Code', () => {
  let last: string | undefined
  let streak = 0
  return {
    asks({ tool, input }) {
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
