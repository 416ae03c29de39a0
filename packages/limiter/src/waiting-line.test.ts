import { expect, test } from 'vitest'
import { type Link, WaitingLine } from './waiting-line.ts'

class Person implements Link<Person> {
  previous: Person | undefined = undefined
  next: Person | undefined = undefined
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

function lineOf(...names: string[]) {
  const line = new WaitingLine<Person>()
  const people = names.map((name) => new Person(name))
  for (const person of people) line.join(person)
  return { line, people }
}

/** Who stands in the line, seen from each of its ends. */
function seen({ head, tail }: WaitingLine<Person>) {
  const fromHead: string[] = []
  const fromTail: string[] = []
  for (let person = head; person; person = person.next) fromHead.push(person.name)
  for (let person = tail; person; person = person.previous) fromTail.unshift(person.name)
  expect(fromTail).toEqual(fromHead)
  return fromHead
}

test('those who join stand in the order in which they came', () => {
  const { line } = lineOf('a', 'b', 'c')
  expect([seen(line), line.length]).toEqual([['a', 'b', 'c'], 3])
})

test.each([
  ['head', 0, ['b', 'c']],
  ['middle', 1, ['a', 'c']],
  ['tail', 2, ['a', 'b']],
])('leaving from the %s closes the gap', (_, index, left) => {
  const { line, people } = lineOf('a', 'b', 'c')
  line.leave(people[index] as Person)
  expect([seen(line), line.length]).toEqual([left, 2])
})

test('the last to leave leaves an empty line, which can be joined again, by the same too', () => {
  const { line, people } = lineOf('a', 'b')
  for (const person of people) line.leave(person)
  expect([seen(line), line.length, line.head, line.tail]).toEqual([[], 0, undefined, undefined])
  for (const person of people.toReversed()) line.join(person)
  expect([seen(line), line.length]).toEqual([['b', 'a'], 2])
})
