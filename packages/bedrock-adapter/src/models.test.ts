import { describe, expect, it } from 'vitest'
import { DEFAULT_MODELS, ORIGINAL_MODELS } from './model-data.ts'
import { createModelList, inputFor, type ModelInput } from './models.ts'

const ids = (list: readonly { modelId: string }[]) => list.map(({ modelId }) => modelId)

describe('which models may answer', () => {
  const modelsFor = createModelList(['a', { modelId: 'b' }, 'c'])

  it('are the one that is asked for and those behind it in the list', () => {
    expect(ids(modelsFor('a'))).toEqual(['a', 'b', 'c'])
    expect(ids(modelsFor('b'))).toEqual(['b', 'c'])
  })

  it('is only the one that is asked for when it is not in the list', () => {
    expect(ids(modelsFor('x'))).toEqual(['x'])
  })

  it('is the whole list when none is asked for', () => {
    expect(ids(modelsFor(undefined))).toEqual(['a', 'b', 'c'])
  })

  it('are by default those that Bedrock serves, in the same geography, from the one that is asked for', () => {
    const byDefault = createModelList(undefined)
    expect(ids(byDefault(undefined))).toEqual(DEFAULT_MODELS)
    expect(ids(byDefault('us.anthropic.claude-sonnet-4-5-20250929-v1:0'))).toEqual([
      'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
      'us.anthropic.claude-haiku-4-5-20251001-v1:0',
    ])
    expect(ids(byDefault('us.amazon.nova-lite-v1:0'))).toEqual(['us.amazon.nova-lite-v1:0'])
  })

  it('are by default none that has reached its end of life, and none whose profile never existed', () => {
    const byDefault = createModelList(undefined)
    const named = [
      undefined,
      'us.anthropic.claude-sonnet-4-6',
      'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
    ]
    const all = named.flatMap((modelId) => ids(byDefault(modelId)))
    expect(all.filter((id) => /claude-3|claude-sonnet-4-2025/.test(id))).toEqual([])
    for (const prefix of ['global.', 'eu.', 'apac.']) {
      const gone = `${prefix}anthropic.claude-3-7-sonnet-20250219-v1:0`
      expect(ids(byDefault(gone))).toEqual([gone])
    }
  })

  it('can be the original chain, which the simulator serves', () => {
    expect(ids(createModelList(ORIGINAL_MODELS)(undefined))).toEqual(ORIGINAL_MODELS)
  })
})

describe('a list of models', () => {
  it.each([
    [[], '`models` must be an array of at least one model'],
    ['a', '`models` must be an array'],
    [[''], '`models[0]` must be a model id'],
    [['a', 7], '`models[1]` must be a model id'],
    [[{ modelId: 'a', transform: 'b' }], '`models[0].transform` must be a function, not "b"'],
  ])('%j is refused', (models, message) => {
    expect(() => createModelList(models as never)).toThrow(message)
    expect(() => createModelList(models as never)).toThrow(TypeError)
  })
})

describe('the input for a model', () => {
  const input: ModelInput = Object.freeze({ modelId: 'a', messages: [] })

  it('is the same but for the model', () => {
    expect(inputFor({ modelId: 'b' }, input)).toEqual({ modelId: 'b', messages: [] })
  })

  it('is what the candidate makes of a copy', () => {
    const transform = (given: ModelInput) =>
      Object.assign(given, { inferenceConfig: { maxTokens: 9 } })
    expect(inputFor({ modelId: 'b', transform }, input)).toEqual({
      modelId: 'b',
      messages: [],
      inferenceConfig: { maxTokens: 9 },
    })
    expect(input).toEqual({ modelId: 'a', messages: [] })
  })
})
