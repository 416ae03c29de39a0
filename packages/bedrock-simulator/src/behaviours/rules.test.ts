import { expect, it } from 'vitest'
import type { Behaviour } from './behaviour.ts'
import { Behaviours } from './rules.ts'

const says = (text: string): Behaviour => ({ type: 'reply', text })
const next = (behaviours: Behaviours, model = 'm') => behaviours.next(model, 'Converse')

it('answers well when nothing is scripted', () => {
  expect(next(new Behaviours(1))).toEqual({ type: 'reply' })
})

it('takes the queue in order, before any rule', () => {
  const behaviours = new Behaviours(1)
  behaviours.add({ behaviour: says('rule') })
  behaviours.enqueue([says('first'), says('second')])
  expect([next(behaviours), next(behaviours), next(behaviours)]).toEqual(
    ['first', 'second', 'rule'].map(says),
  )
})

it('lets the newest matching rule win, and the older one return after it', () => {
  const behaviours = new Behaviours(1)
  behaviours.add({ behaviour: says('old') })
  behaviours.add({ behaviour: says('new'), times: 2 })
  expect([next(behaviours), next(behaviours), next(behaviours)]).toEqual(
    ['new', 'new', 'old'].map(says),
  )
})

it('matches model and operation', () => {
  const behaviours = new Behaviours(1)
  behaviours.add({ model: '*claude*', operation: 'Converse', behaviour: says('hit') })
  expect(next(behaviours, 'us.anthropic.claude-x')).toEqual(says('hit'))
  expect(next(behaviours, 'amazon.nova')).toEqual({ type: 'reply' })
  expect(behaviours.next('us.anthropic.claude-x', 'InvokeModel')).toEqual({ type: 'reply' })
})

it('draws chance from the seed, and draws the same again after a reset', () => {
  const behaviours = new Behaviours(42)
  const draw = () => {
    behaviours.reset()
    behaviours.add({ probability: 0.3, behaviour: says('hit') })
    return Array.from({ length: 1000 }, () => 'text' in next(behaviours))
  }
  const hits = draw()
  expect(draw()).toEqual(hits)
  const share = hits.filter(Boolean).length / hits.length
  expect(share).toBeGreaterThan(0.25)
  expect(share).toBeLessThan(0.35)
})

it('removes one rule by its id', () => {
  const behaviours = new Behaviours(1)
  const id = behaviours.add({ behaviour: says('gone') })
  expect(behaviours.remove(id)).toBe(true)
  expect(behaviours.remove(id)).toBe(false)
  expect(next(behaviours)).toEqual({ type: 'reply' })
})

it('queues hundreds of thousands of behaviours at once', () => {
  const behaviours = new Behaviours(1)
  behaviours.enqueue(Array(200_000).fill(says('queued')))
  expect(behaviours.queue).toHaveLength(200_000)
})
