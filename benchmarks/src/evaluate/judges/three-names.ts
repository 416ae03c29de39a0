import { createJudge, type Judge } from '../judge.ts'

/** The rule of the system that Holdfast grew from: the third consecutive call of the same tool does not run, whatever its input. */
export const threeNames: Judge = createJudge('three names in a row', () => {
  let last: string | undefined
  let streak = 0
  return {
    onUserMessage() {
      last = undefined
    },
    beforeCall({ tool }) {
      streak = tool === last ? streak + 1 : 1
      last = tool
      return streak >= 3 ? { action: 'stop', how: 'same name' } : undefined
    },
  }
})
