import type { Action, Evidence, Reason } from './guard.ts'

/** What a message tells of. */
export interface Facts {
  readonly action: Exclude<Action, 'allow'>
  readonly reason: Reason
  readonly evidence: Evidence
  /** What the tool said when it failed last. */
  readonly lastError?: string | undefined
}

const MAX_ERROR = 200

/** What the model is told: what it does, how often, the last error, and a way out. */
export function advice({ action, reason, evidence, lastError }: Facts): string {
  const { tool = '', count, limit, period, detector } = evidence
  const times = `${Math.floor(count)} times`
  const error = lastError ? ` The last error was: ${lastError.slice(0, MAX_ERROR)}` : ''
  const what: Readonly<Record<string, string>> = {
    'same-call': `You have called \`${tool}\` with the same input ${times} in a row.`,
    'same-result': `You have called \`${tool}\` with the same input ${times} in a row; its result does not change.`,
    'same-error': `You have called \`${tool}\` with the same input ${times} in a row, and it fails in the same way.`,
    'same-answer': `You have called \`${tool}\` ${times} in a row with other inputs; it says the same to all of them.`,
    cycle: `You go through the same ${period} steps again and again, with the same results.`,
    frequent: `You have called \`${tool}\` with the same input ${times}, with the same result each time.`,
    'unknown-tool': `There is no tool \`${tool}\`. You have called tools that do not exist ${times}.`,
    'same-text': `You have said the same ${times}, and nothing has come of it.`,
    steps: `You have taken ${count} steps of ${limit}.`,
    budget: `You have used ${Math.floor(count)} of ${limit} (${detector.slice('budget.'.length)}).`,
  }
  return `${what[reason] ?? `Your calls of \`${tool}\` look like a loop (${reason}, ${times}).`}${error} ${wayOut(action, reason)}`
}

const WAYS: Readonly<Record<string, string>> = {
  'same-error':
    'Read the error and change the input, use another tool, or say that it cannot be done.',
  'unknown-tool': 'Use one of the tools that you were given.',
  steps: 'Do what is needed most, and come to an answer.',
  budget: 'Do what is needed most, and come to an answer.',
}

function wayOut(action: Facts['action'], reason: Reason): string {
  switch (action) {
    case 'warn':
      return WAYS[reason] ?? 'Use what you know already, try something else, or ask the user.'
    case 'block':
      return `This call was not made. ${WAYS[reason] ?? 'Use what you know already, try something else, or ask the user.'}`
    case 'finish':
      return 'No more tools: give your final answer now, from what you have, and say what is missing.'
    case 'stop':
      return 'The run was stopped.'
  }
}
