import { expect, test } from 'vitest'
import { createWaitingLine } from './waiting-line.ts'

function lineOf(...values: string[]) {
  const line = createWaitingLine<string>()
  const places = values.map((value) => line.join(value))
  const rest = () => Array.from({ length: line.length }, () => line.shift())
  const leave = (index: number) => {
    const place = places[index]
    return place !== undefined && line.leave(place)
  }
  return { line, leave, rest }
}

test('first in, first out', () => {
  const { line, rest } = lineOf('a', 'b', 'c')
  expect(line.head).toBe('a')
  expect(rest()).toEqual(['a', 'b', 'c'])
  expect([line.length, line.head, line.shift()]).toEqual([0, undefined, undefined])
})

test.each([
  [0, ['b', 'c']],
  [1, ['a', 'c']],
  [2, ['a', 'b']],
])('leaving from place %i closes the gap, and can be done once', (index, left) => {
  const { line, leave, rest } = lineOf('a', 'b', 'c')
  expect([leave(index), leave(index)]).toEqual([true, false])
  expect(line.length).toBe(2)
  expect(rest()).toEqual(left)
})

test('the last to leave leaves an empty line, which can be joined again', () => {
  const { line, leave, rest } = lineOf('a')
  expect([leave(0), leave(0), line.length, line.head]).toEqual([true, false, 0, undefined])
  line.join('b')
  expect(rest()).toEqual(['b'])
})

test('who was let in has left', () => {
  const { line, leave } = lineOf('a', 'b')
  line.shift()
  expect([leave(0), line.length]).toEqual([false, 1])
})
