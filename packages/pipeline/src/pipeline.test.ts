import type { Policy } from '@holdfast/internal'
import { describe, expect, test, vi } from 'vitest'
import { pipeline } from './pipeline.ts'

/** A policy that notes when it is entered and left, and adds a field of its own to the context. */
function noting(notes: string[], label: string): Policy {
  return async (operation, context = {}) => {
    notes.push(`> ${label}`)
    try {
      return await operation({ ...context, [label]: true })
    } finally {
      notes.push(`< ${label}`)
    }
  }
}

describe('pipeline', () => {
  test('nests policies, the first outermost', async () => {
    const notes: string[] = []
    const policy = pipeline(noting(notes, 'a'), noting(notes, 'b'), noting(notes, 'c'))
    await policy(() => notes.push('work'))
    expect(notes).toEqual(['> a', '> b', '> c', 'work', '< c', '< b', '< a'])
  })

  test('gives the operation what the caller gave and what each policy adds', async () => {
    const context = { signal: new AbortController().signal, key: 'a model' }
    const policy = pipeline(noting([], 'a'), noting([], 'b'))
    await expect(policy((given) => given, context)).resolves.toEqual({
      ...context,
      a: true,
      b: true,
    })
    await expect(policy((given) => given)).resolves.toEqual({ a: true, b: true })
  })

  test('is a policy again, however deep', async () => {
    const notes: string[] = []
    const [a, b, c] = ['a', 'b', 'c'].map((label) => noting(notes, label)) as [
      Policy,
      Policy,
      Policy,
    ]
    await pipeline(pipeline(a, pipeline(b)), pipeline(), c)(() => notes.push('work'))
    expect(notes).toEqual(['> a', '> b', '> c', 'work', '< c', '< b', '< a'])
  })

  test('can be used for many calls, which do not meet', async () => {
    const policy = pipeline(noting([], 'a'), noting([], 'b'))
    await expect(Promise.all([policy(() => 1), policy(() => 2)])).resolves.toEqual([1, 2])
  })

  test('of none rejects an aborted call, and does not start it', async () => {
    const reason = new Error('enough')
    const work = vi.fn(() => new Promise(() => {}))
    await expect(pipeline()(work, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(work).not.toHaveBeenCalled()
    const controller = new AbortController()
    const call = pipeline()(work, controller)
    controller.abort(reason)
    await expect(call).rejects.toBe(reason)
  })

  test('of none is the identity', async () => {
    const context = { signal: new AbortController().signal, key: 'a model' }
    const boom = new Error('boom')
    await expect(pipeline()((given) => given, context)).resolves.toBe(context)
    await expect(pipeline()((given) => given)).resolves.toEqual({})
    await expect(
      pipeline()(() => {
        throw boom
      }),
    ).rejects.toBe(boom)
  })

  test('hands on an error untouched, through every layer', async () => {
    const boom = new Error('boom')
    const policy = pipeline(noting([], 'a'), noting([], 'b'))
    await expect(policy(() => Promise.reject(boom))).rejects.toBe(boom)
  })

  test('refuses at creation what is no policy', () => {
    expect(() => pipeline(noting([], 'a'), 'retry' as never)).toThrow(
      new TypeError('`policies[1]` must be a function, not "retry"'),
    )
  })
})
