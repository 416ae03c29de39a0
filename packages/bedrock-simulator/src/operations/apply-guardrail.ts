import { tokensOf } from '../behaviours/tokens.ts'
import { brokenConstraint } from '../exceptions.ts'
import { isRecord } from '../json.ts'
import { unexpected } from './constraints.ts'
import { unary } from './encode.ts'
import { jsonBody, type OperationHandler } from './handler.ts'

/** Lets everything pass, until a reply with a text says what to put in its place. */
export const applyGuardrail: OperationHandler = {
  read(model, body) {
    const { source, content } = jsonBody(body)
    if (source !== 'INPUT' && source !== 'OUTPUT') {
      throw brokenConstraint(
        source,
        'source',
        'Member must satisfy enum value set: [INPUT, OUTPUT]',
      )
    }
    if (!Array.isArray(content)) throw unexpected(content, 'content', 'a list')
    const texts = content.flatMap((block) =>
      isRecord(block) && isRecord(block['text']) ? [block['text']['text']] : [],
    )
    return {
      model,
      inputTokens: tokensOf(texts),
      maxTokens: undefined,
      lastText: String(texts.at(-1) ?? ''),
      forcedTool: undefined,
      echoed: {},
    }
  },

  prepare: ({ scripted, blocks, usage }) =>
    unary({
      usage: {
        topicPolicyUnits: 1,
        contentPolicyUnits: Math.max(1, Math.ceil(usage.inputTokens / 250)),
        wordPolicyUnits: 1,
        sensitiveInformationPolicyUnits: 1,
        sensitiveInformationPolicyFreeUnits: 1,
        contextualGroundingPolicyUnits: 0,
      },
      action: scripted ? 'GUARDRAIL_INTERVENED' : 'NONE',
      outputs: scripted
        ? blocks.flatMap((block) => (block.type === 'text' ? [{ text: block.text }] : []))
        : [],
      assessments: [{}],
    }),
}
