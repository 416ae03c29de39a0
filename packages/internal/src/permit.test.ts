import { expect, test, vi } from 'vitest'
import { createPermit, type Permit } from './permit.ts'

test.each<[string, (permit: Permit) => void, unknown[]]>([
  ['succeed', (permit) => permit.succeed(), ['success', undefined]],
  ['fail', (permit) => permit.fail('why'), ['failure', 'why']],
  ['ignore', (permit) => permit.ignore(), ['ignore', undefined]],
  ['dispose', (permit) => permit[Symbol.dispose](), ['ignore', undefined]],
])('%s settles a permit; what comes after does nothing', (_, settle, told) => {
  const onSettled = vi.fn()
  const permit = createPermit(onSettled)
  settle(permit)
  permit.succeed()
  permit.fail(new Error('late'))
  permit.ignore()
  permit[Symbol.dispose]()
  expect(onSettled).toHaveBeenCalledExactlyOnceWith(...told)
})
