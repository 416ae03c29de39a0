import { createJudge, type Judge } from '../judge.ts'

/** The rule that this project grew from: the third call in a row of the same tool, whatever its input, is not run. */
export const threeNames: Judge = createJudge('three names in a row', () => {
  let last: string | undefined
  let streak = 0
  return {
    userSays() {
      last = undefined
    },
    asks({ tool }) {
      streak = tool === last ? streak + 1 : 1
      last = tool
      return streak >= 3 ? { action: 'stop', how: 'same name' } : undefined
    },
  }
})
