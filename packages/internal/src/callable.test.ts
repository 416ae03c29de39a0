import { expect, test } from 'vitest'
import { withMembers } from './callable.ts'

test('members are put on a function, getters as getters', () => {
  let state = 'closed'
  const policy = withMembers((x: number) => x + 1, {
    name: 'mine',
    get state() {
      return state
    },
  })
  state = 'open'
  expect([policy(1), policy.name, policy.state]).toEqual([2, 'mine', 'open'])
})
