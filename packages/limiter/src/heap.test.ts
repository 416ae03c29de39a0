import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Heap, type HeapEntry } from './heap.ts'

interface Entry extends HeapEntry {
  readonly rank: number
}

const heapOf = (...ranks: number[]) => {
  const heap = new Heap<Entry>((a, b) => a.rank < b.rank)
  const entries = ranks.map((rank) => ({ rank, place: -1 }))
  for (const entry of entries) heap.add(entry)
  return { heap, entries }
}

test('an empty heap has no first', () => {
  expect(heapOf().heap.first).toBeUndefined()
})

test('the least is first, in whatever order they came', () => {
  const { heap } = heapOf(3, 1, 2)
  expect(heap.first?.rank).toBe(1)
})

test('an entry knows whether it is in the heap, and may leave and come again with another rank', () => {
  const { heap, entries } = heapOf(1, 2)
  const [one] = entries
  if (one) heap.remove(one)
  expect(one?.place).toBe(-1)
  expect(heap.first?.rank).toBe(2)
  const again = { rank: 1, place: -1 }
  heap.add(again)
  expect([again.place, heap.first]).toEqual([0, again])
})

test('an entry whose rank has changed since may still leave', () => {
  const ranks = new Map<HeapEntry, number>()
  const rank = (entry: HeapEntry) => ranks.get(entry) ?? 0
  const heap = new Heap<HeapEntry>((a, b) => rank(a) < rank(b))
  const entries = [5, 1, 4, 2, 3].map((rank) => {
    const entry = { place: -1 }
    ranks.set(entry, rank)
    heap.add(entry)
    return entry
  })
  const one = entries[1] as HeapEntry
  ranks.set(one, 6)
  heap.remove(one)
  const left: number[] = []
  for (let first = heap.first; first; first = heap.first) {
    left.push(rank(first))
    heap.remove(first)
  }
  expect(left).toEqual([2, 3, 4, 5])
})

test('agrees with a sorted array, whoever joins and leaves from wherever', () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 0, max: 20 }) }),
    fc.record({ remove: fc.nat() }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const { heap } = heapOf()
      const present: Entry[] = []
      const leave = (at: number) => {
        for (const entry of present.splice(at, 1)) heap.remove(entry)
      }
      const compare = () => {
        const ranks = present.map(({ rank }) => rank).sort((a, b) => a - b)
        expect(heap.first?.rank).toBe(ranks[0])
        // Each has a place of its own.
        const places = present.map(({ place }) => place).sort((a, b) => a - b)
        expect(places).toEqual(Array.from(places.keys()))
      }
      for (const step of steps) {
        if ('add' in step) {
          const entry = { rank: step.add, place: -1 }
          present.push(entry)
          heap.add(entry)
        } else leave(step.remove % Math.max(present.length, 1))
        compare()
      }
      for (let first = heap.first; first; first = heap.first) {
        leave(present.indexOf(first))
        compare()
      }
      expect(present).toEqual([])
    }),
  )
})

test('adding and removing look at a logarithmic part of the entries', () => {
  let looks = 0
  const heap = new Heap<Entry>((a, b) => {
    looks++
    return a.rank < b.rank
  })
  const entries = Array.from({ length: 4_096 }, (_, at) => ({
    rank: (at * 2_654_435_761) % 2 ** 32,
    place: -1,
  }))
  for (const entry of entries) heap.add(entry)
  for (const entry of entries) heap.remove(entry)
  // Twelve levels: at most one look at each on the way up, two on the way down.
  expect(looks / entries.length).toBeLessThan(12 + 12 + 24)
  expect(heap.first).toBeUndefined()
})
