import { describe, expect, it } from 'vitest'
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

  it('are by default Claude Sonnet 4.5, 3.7, 3.5 in the same inference profile', () => {
    expect(ids(createModelList(undefined)('eu.anthropic.claude-sonnet-4-5-20250929-v1:0'))).toEqual(
      [
        'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
        'eu.anthropic.claude-3-7-sonnet-20250219-v1:0',
        'eu.anthropic.claude-3-5-sonnet-20241022-v2:0',
      ],
    )
    expect(ids(createModelList(undefined)('us.amazon.nova-lite-v1:0'))).toEqual([
      'us.amazon.nova-lite-v1:0',
    ])
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
