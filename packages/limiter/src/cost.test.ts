import { advance, hang, useVirtualTime, watch } from '@holdfast/internal/testing'
import { describe, expect, test, vi } from 'vitest'
import { adaptive } from './adaptive.ts'
import { createLimiter } from './limiter.ts'
import { jobs } from './testing.ts'

useVirtualTime()

/** A limiter of 2 with one slot taken, so that a call of cost 2 has to wait and one of cost 1 has not. */
function halfTaken(maxQueue = 100) {
  const made = jobs({ maxConcurrent: 2, maxQueue })
  const taken = made.begin('taken')
  const begunAfter = () => made.begun.slice(1)
  return { ...made, taken, begunAfter }
}

describe('the cost of a call', () => {
  test('is what it takes of the limit, and gives back', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 5 })
    const large = begin('large', { cost: 3 })
    begin('other', { cost: 2 })
    expect(limiter.active).toBe(5)
    begin('small')
    expect([limiter.active, limiter.queued]).toEqual([5, 1])
    large.resolve('done')
    await advance(0)
    expect([limiter.active, begun]).toEqual([3, ['large', 'other', 'small']])
  })

  test('is taken by permits as well, and is in what is told', async () => {
    const { limiter, events } = jobs({ maxConcurrent: 5 })
    const permit = await limiter.acquire({ cost: 3 })
    expect(limiter.tryAcquire({ cost: 3 })).toBeUndefined()
    const other = limiter.tryAcquire({ cost: 2 })
    permit.succeed()
    other?.succeed()
    expect(events.map(({ type, active }) => [type, active])).toEqual([
      ['limiter.started', 3],
      ['limiter.started', 5],
      ['limiter.settled', 2],
      ['limiter.settled', 0],
    ])
  })

  test('counts in the queue as one call, whatever it is', async () => {
    const { limiter, begin } = jobs({ maxConcurrent: 3, maxQueue: 2 })
    begin('a', { cost: 3 })
    begin('b', { cost: 3 })
    begin('c', { cost: 3 })
    expect(limiter.queued).toBe(2)
    const full = begin('d').call
    await advance(0)
    expect(full.reason).toMatchObject({ code: 'QUEUE_FULL' })
  })

  test('is no matter of one slot: three small ones make room for a large one', async () => {
    const { begun, begin } = jobs({ maxConcurrent: 3 })
    const small = ['a', 'b', 'c'].map((label) => begin(label))
    begin('large', { cost: 3 })
    for (const { resolve } of small) {
      expect(begun).not.toContain('large')
      resolve('done')
      await advance(0)
    }
    expect(begun).toContain('large')
  })
})

describe('a large call that waits', () => {
  test('does not block those behind it that fit', async () => {
    const { begin, begunAfter, limiter } = halfTaken()
    begin('large', { cost: 2 })
    begin('small')
    await advance(0)
    expect(begunAfter()).toEqual(['small'])
    expect([limiter.active, limiter.queued]).toEqual([2, 1])
  })

  test('nor those that come when the queue is of no length', async () => {
    const { begin, begunAfter } = halfTaken(0)
    const large = begin('large', { cost: 2 }).call
    begin('small')
    await advance(0)
    expect(large.reason).toMatchObject({ code: 'QUEUE_FULL' })
    expect(begunAfter()).toEqual(['small'])
  })

  test('is overtaken 16 times at most; then all wait until it has had its turn', async () => {
    const { taken, begin, begunAfter } = halfTaken()
    begin('large', { cost: 2 }).resolve('done')
    for (let small = 1; small <= 20; small++) {
      begin(`${small}`).resolve('done')
      await advance(0)
    }
    const sixteen = Array.from({ length: 16 }, (_, index) => `${index + 1}`)
    expect(begunAfter()).toEqual(sixteen)
    taken.resolve('done')
    await advance(0)
    expect(begunAfter()).toEqual([...sixteen, 'large', '17', '18', '19', '20'])
  })

  test('is not overtaken by asking: only a call that starts counts', async () => {
    const { limiter, begin, begunAfter } = halfTaken()
    begin('large', { cost: 2 })
    for (let ask = 0; ask < 50; ask++) expect(limiter.tryAcquire({ cost: 2 })).toBeUndefined()
    begin('small')
    await advance(0)
    expect(begunAfter()).toEqual(['small'])
  })

  test.each([
    [15, true],
    [16, false],
  ])('behind %i that do not fit, whether one that does is seen: %s', async (count, seen) => {
    const { begin, begunAfter } = halfTaken()
    for (let large = 0; large < count; large++) begin('large', { cost: 2 })
    begin('small')
    await advance(0)
    expect(begunAfter()).toEqual(seen ? ['small'] : [])
  })

  test('keeps its place among those as large as it is', async () => {
    const { taken, begin, begunAfter } = halfTaken()
    for (const label of ['a', 'b', 'c']) begin(label, { cost: 2 }).resolve('done')
    taken.resolve('done')
    await advance(0)
    expect(begunAfter()).toEqual(['a', 'b', 'c'])
  })
})

describe('a cost above the whole limit', () => {
  const message = '`cost` must be an integer from 1 to 5, not 6'

  test('is refused at once by an error that says so, before anything is called or counted', async () => {
    const { limiter, events } = jobs()
    const operation = vi.fn()
    const context = { cost: 6 }
    await expect(limiter(operation, context)).rejects.toThrow(new RangeError(message))
    await expect(limiter.acquire(context)).rejects.toThrow(new RangeError(message))
    expect(() => limiter.tryAcquire(context)).toThrow(new RangeError(message))
    expect(operation).not.toHaveBeenCalled()
    expect([limiter.active, limiter.queued, events]).toEqual([0, 0, []])
  })

  test('is measured by what a limit that moves may come to be', async () => {
    const limiter = createLimiter({ maxConcurrent: adaptive({ max: 5 }) })
    await expect(limiter(hang, { cost: 6 })).rejects.toThrow(new RangeError(message))
    limiter(hang, { cost: 5 })
    expect(limiter.active).toBe(5)
  })

  test('is measured by the limit of the hour', async () => {
    const limiter = createLimiter({ maxConcurrent: 10 })
    limiter.update({ maxConcurrent: 5 })
    await expect(limiter(hang, { cost: 6 })).rejects.toThrow(new RangeError(message))
    limiter.pause()
    await expect(limiter(hang, { cost: 6 })).rejects.toThrow(new RangeError(message))
  })

  test('cannot be told while the limit is 0: the call waits', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 0 })
    begin('large', { cost: 6 })
    limiter.update({ maxConcurrent: 6 })
    await advance(0)
    expect([begun, limiter.active]).toEqual([['large'], 6])
  })
})

describe('a limit that is lowered below the cost of a call that waits', () => {
  test('lets it run alone, when its turn comes, rather than never', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 5 })
    const taken = begin('taken', { cost: 5 })
    const large = begin('large', { cost: 4 })
    begin('small')
    limiter.update({ maxConcurrent: 2 })
    taken.resolve('done')
    await advance(0)
    expect([begun, limiter.active, limiter.queued]).toEqual([['taken', 'large'], 4, 1])
    expect(limiter.tryAcquire()).toBeUndefined()
    large.resolve('done')
    await advance(0)
    expect([begun, limiter.active]).toEqual([['taken', 'large', 'small'], 1])
  })

  test('does not let it run beside another', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 5 })
    const permits = [await limiter.acquire({ cost: 4 }), await limiter.acquire()]
    begin('large', { cost: 4 })
    limiter.update({ maxConcurrent: 2 })
    permits[0]?.succeed()
    await advance(0)
    expect([begun, limiter.active]).toEqual([[], 1])
    permits[1]?.succeed()
    await advance(0)
    expect([begun, limiter.active]).toEqual([['large'], 4])
  })

  test('to 0 lets nothing run, however little it costs or long it waits', async () => {
    const { limiter, begun, begin } = jobs({ maxConcurrent: 0 })
    begin('large', { cost: 4 })
    limiter.pause()
    await advance(1000)
    expect(begun).toEqual([])
  })
})

describe('a cost that is none', () => {
  test.each([
    [0, RangeError, '0'],
    [-1, RangeError, '-1'],
    [1.5, RangeError, '1.5'],
    [Number.NaN, RangeError, 'NaN'],
    ['2', TypeError, '"2"'],
    [null, TypeError, 'null'],
  ])('%o is refused', async (cost, errorClass, value) => {
    const limiter = createLimiter()
    await expect(limiter(hang, { cost: cost as never })).rejects.toThrow(
      new errorClass(`\`cost\` must be an integer from 1 to 5, not ${value}`),
    )
    expect(limiter.active).toBe(0)
  })

  test.each([Infinity, 2 ** 53])(
    '%d is refused though there is no limit: it could not be given back',
    async (cost) => {
      const limiter = createLimiter({ maxConcurrent: Infinity })
      await expect(limiter(hang, { cost })).rejects.toThrow(
        new RangeError(`\`cost\` must be an integer from 1 to 9007199254740991, not ${cost}`),
      )
      const calls = Array.from({ length: 1000 }, () => watch(limiter(() => 'done', { cost: 1000 })))
      expect(limiter.active).toBe(1_000_000)
      await advance(0)
      expect(calls.every(({ value }) => value === 'done')).toBe(true)
      expect(limiter.active).toBe(0)
    },
  )
})
