const MEMBERS = Symbol('members')

/** A function that carries an object, whose members it has. */
interface Carrier {
  readonly [MEMBERS]: Record<string | symbol, unknown>
}

/** For each class, what its callables inherit. */
const prototypes = new WeakMap<object, object>()

/**
 * Gives a function the getters and methods of an object's class: a policy is callable and has members. They are defined
 * once for all objects of the class, so that a hundred thousand policies stay small; and a method keeps its object when
 * it is taken off: `process.on('SIGTERM', limiter.close)`.
 */
export function withMembers<
  F extends (...args: never[]) => unknown,
  M extends { readonly name: string },
>(callable: F, members: M): F & M {
  const source: object = Object.getPrototypeOf(members)
  const prototype = prototypes.get(source) ?? createPrototype(source)
  prototypes.set(source, prototype)
  Object.defineProperty(callable, 'name', { value: members.name })
  return Object.assign(Object.setPrototypeOf(callable, prototype), { [MEMBERS]: members })
}

function createPrototype(source: object): object {
  const prototype = Object.create(Function.prototype)
  for (const key of Reflect.ownKeys(source)) {
    if (key === 'constructor') continue
    Object.defineProperty(prototype, key, {
      get(this: Carrier) {
        const members = this[MEMBERS]
        const member = members[key]
        return typeof member === 'function' ? member.bind(members) : member
      },
    })
  }
  return prototype
}
