import { expect, test } from 'vitest'
import { createToolLoopGuard } from '../create-tool-loop-guard.ts'
import { calls, fails, heard, says, short, times } from '../testing.ts'

const never = { warn: Infinity, block: Infinity }
const guardOf = () => createToolLoopGuard({ limits: { stepsWithoutProgress: never } })

test('the same words, without a call: a warning with the third, and the last answer with the fourth', () => {
  const guard = guardOf()
  expect(heard(times(4, () => guard.turn({ text: 'I will look into it.' })))).toEqual([
    '3: warn same-text',
    '4: finish same-text',
  ])
})

test('layout makes no difference', () => {
  const guard = guardOf()
  const texts = ['I will look.', ' I will  look.', 'I will\nlook. ', 'I will look.\n\n']
  expect(heard(texts.map((text) => guard.turn({ text })))).toContain('4: finish same-text')
})

test('other words do, and so do none', () => {
  const guard = guardOf()
  expect(heard(times(9, (n) => guard.turn({ text: `I will look at ${n}.` })))).toEqual([])
  expect(heard(times(9, () => guard.turn({ text: ' ' })))).toEqual([])
  expect(heard(times(9, () => guard.turn()))).toEqual([])
})

test('the same words with work that brings something new are no loop', () => {
  const guard = guardOf()
  const verdicts = times(20, (n) => {
    const verdict = guard.turn({ text: 'Next file.' })
    calls(guard, says('read', { n }, `text ${n}`))
    return verdict
  })
  expect(heard(verdicts)).toEqual([])
})

test('nor are they with work that is acknowledged', () => {
  const guard = guardOf()
  const verdicts = times(20, (n) => {
    const verdict = guard.turn({ text: 'Next row.' })
    calls(guard, says('insert', { n }, 'ok'))
    return verdict
  })
  expect(heard(verdicts)).toEqual([])
})

test('nor are they while a tool is out of reach', () => {
  const guard = guardOf()
  const verdicts = times(20, () => {
    const verdict = guard.turn({ text: 'I will retry.' })
    calls(guard, fails('read', {}, new Error('fetch failed: ECONNREFUSED')))
    return verdict
  })
  expect(heard(verdicts)).toEqual([])
})

test.each([{ poll: true }, { exempt: true }])('nor while the model waits: %j', (policy) => {
  const guard = createToolLoopGuard({ tools: { status: policy } })
  const verdicts = times(10, () => {
    const verdict = guard.turn({ text: 'Not yet done.' })
    calls(guard, says('status', {}, 'pending'))
    return verdict
  })
  expect(heard(verdicts)).toEqual([])
})

test('a second streak is warned of again', () => {
  const guard = guardOf()
  const say = (text: string) => short(guard.turn({ text }))
  expect(times(3, () => say('a'))).toEqual(['allow', 'allow', 'warn same-text'])
  calls(guard, says('read', {}, 'news'))
  expect(times(3, () => say('b'))).toEqual(['allow', 'allow', 'warn same-text'])
})
