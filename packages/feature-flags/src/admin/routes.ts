import { shorten } from '@holdfast/internal'
import type { ChangeInfo, Flags } from '../flags.ts'
import { messageOf } from '../message-of.ts'
import { Problem } from './problem.ts'
import type { Fields } from './read-body.ts'

/** A method at a path. */
export interface Route {
  /** The fields of its body, besides `reason`. If there are any, the reason is required. */
  readonly fields: readonly string[]
  /** Performs it synchronously, or begins to. The result is the answer's body. */
  act(fields: Fields, info: ChangeInfo): Result | Promise<Result>
}

/** The body of an answer: what every answer has, and more. */
interface Result {
  readonly revision: number
  readonly killed: boolean
  readonly [more: string]: unknown
}

type MethodRoute = readonly [method: string, route: Route]

/** Finds the routes at a path below the base path, by method. Empty where there is nothing. */
export function createRoutes(flags: Flags): (path: string) => ReadonlyMap<string, Route> {
  const paths = new Map<string, readonly MethodRoute[]>([
    ['/flags', look(() => ({ sources: flags.sources(), flags: flags.list() }))],
    ['/flags/history', look(() => ({ changes: flags.history() }))],
    ['/reload-flags', [change('POST', [], (_, info) => flags.reload(info))]],
    [
      '/flags/rollback',
      [
        change('POST', ['revision'], ({ revision }, info) =>
          refuseMistakes(() => flags.rollback(revision as number, info)),
        ),
      ],
    ],
    [
      '/flags/kill',
      [
        change('POST', ['on'], ({ on }, info) => {
          if (typeof on !== 'boolean') throw new Problem(422, '`on` must be true or false')
          if (on) flags.killAll(info)
          else flags.revive(info)
        }),
      ],
    ],
  ])

  // Read together with the flags: a client that has a revision must have seen its flags.
  const state = (): Result => ({ revision: flags.revision, killed: flags.killed })

  const ofFlag = (name: string): readonly MethodRoute[] => [
    change('PUT', ['value', 'ttlMs'], (fields, info) => {
      if (!('value' in fields)) throw new Problem(422, '`value` must be given')
      const { value, ttlMs } = fields
      const options = { ...info, ttlMs: ttlMs as number }
      refuseMistakes(() => flags.override(name, value as never, options))
    }),
    change('DELETE', [], (_, info) => void flags.clearOverride(name, info)),
  ]

  function look(show: () => object): readonly MethodRoute[] {
    const route: Route = { fields: [], act: () => ({ ...state(), ...show() }) }
    return [
      ['GET', route],
      ['HEAD', route],
    ]
  }

  function change(
    method: string,
    fields: readonly string[],
    make: (fields: Fields, info: ChangeInfo) => unknown,
  ): MethodRoute {
    async function act(fields: Fields, info: ChangeInfo): Promise<Result> {
      const before = flags.revision
      const report = await make(fields, info)
      const changes = flags.history().filter(({ revision }) => revision > before)
      return { ...state(), changes, ...(report as object | undefined) }
    }
    return [method, { fields, act }]
  }

  return (path) => {
    const [, name = ''] = /^\/flags\/([^/]+)$/.exec(path) ?? []
    return new Map([
      ...(paths.get(path) ?? []),
      // A flag may have the name of a path, such as `history`: the methods differ.
      ...(Object.hasOwn(flags.definitions, name) ? ofFlag(name) : []),
    ])
  }
}

/** Turns errors of the flags into answers: the client's mistake. For a secret flag the message does not show the value. */
function refuseMistakes(act: () => void): void {
  try {
    act()
  } catch (error) {
    throw new Problem(422, shorten(messageOf(error), 500))
  }
}
