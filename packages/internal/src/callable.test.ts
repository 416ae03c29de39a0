import { expect, test } from 'vitest'
import { withMembers } from './callable.ts'

class Counter {
  readonly name: string
  #count = 0

  constructor(name: string) {
    this.name = name
  }

  get count(): number {
    return this.#count
  }

  add(by = 1): number {
    this.#count += by
    return this.#count
  }

  [Symbol.dispose](): void {
    this.#count = 0
  }
}

function createCounter(name: string) {
  const counter = new Counter(name)
  return withMembers((by: number) => counter.add(by), counter)
}

test('a function has the getters and methods of its object, and its name', () => {
  const counter = createCounter('mine')
  expect([counter(2), counter.add(3), counter.count, counter.name]).toEqual([2, 5, 5, 'mine'])
  counter[Symbol.dispose]()
  expect(counter.count).toBe(0)
})

test('a method that is taken off keeps its object', () => {
  const counter = createCounter('mine')
  const { add } = counter
  expect([1, 1].map(() => add())).toEqual([1, 2])
  expect(counter.count).toBe(2)
})

test('it is still a function: call, apply and bind are there', () => {
  const counter = createCounter('mine')
  expect(counter.call(undefined, 1)).toBe(1)
  expect(counter.apply(undefined, [1])).toBe(2)
  expect(counter.bind(undefined, 1)()).toBe(3)
  expect(counter).toBeInstanceOf(Function)
})

test('objects of one class count apart, though they share what they inherit', () => {
  const [one, other] = [createCounter('one'), createCounter('other')]
  one(5)
  expect([one.count, other.count, one.name, other.name]).toEqual([5, 0, 'one', 'other'])
  expect(Object.getPrototypeOf(one)).toBe(Object.getPrototypeOf(other))
  expect(Object.getOwnPropertyNames(one)).not.toContain('add')
})

test('two classes do not mix', () => {
  class Door {
    readonly name = 'door'
    get open() {
      return true
    }
  }
  const door = withMembers(() => {}, new Door())
  const counter = createCounter('mine')
  expect(door.open).toBe(true)
  expect(['count' in door, 'open' in counter, 'count' in Function.prototype]).toEqual([
    false,
    false,
    false,
  ])
})
