import type { Action, Evidence, Reason } from './guard.ts'

/** What a message is made of. */
export interface Facts {
  readonly action: Exclude<Action, 'allow'>
  readonly reason: Reason
  readonly evidence: Evidence
  /** The tool's last error. */
  readonly lastError?: string | undefined
}

const MAX_ERROR = 200

/** What the model is told: what it repeats, how often, the last error, and what to do instead. */
export function messageFor({ action, reason, evidence, lastError }: Facts): string {
  const { tool = '', count, limit, detector } = evidence
  const times = `${Math.floor(count)} times`
  const error = lastError ? ` The last error was: ${lastError.slice(0, MAX_ERROR)}` : ''
  const what: Readonly<Record<string, string>> = {
    'same-call': `You have called \`${tool}\` with the same input ${times}.`,
    'same-result': `You keep calling \`${tool}\` with the same input; its result has not changed, and the last ${Math.floor(count)} calls brought nothing new.`,
    'same-error': `You keep calling \`${tool}\` with the same input, and it fails in the same way; the last ${Math.floor(count)} calls brought nothing new.`,
    'same-answer': `You have called \`${tool}\` ${times} with different inputs, and each call failed, found nothing, or gave the same answer.`,
    frequent: `You have called \`${tool}\` with the same input ${times}, with the same result each time.`,
    'failing-check': `\`${tool}\` has failed in the same way ${times}, whatever you changed.`,
    'unknown-tool': `There is no tool \`${tool}\`. You have called tools that do not exist ${times}.`,
    'same-text': `You have said the same ${times}, and made no progress.`,
    'no-progress': `You have taken ${count} steps without progress.`,
    steps: `You have taken ${count} steps of ${limit}.`,
    budget: `You have used ${Math.floor(count)} of ${limit} (${detector.slice('budget.'.length)}).`,
  }
  return `${what[reason] ?? `Your calls of \`${tool}\` look like a loop (${reason}, ${times}).`}${error} ${wayOut(action, reason)}`
}

const OTHERWISE = 'Use what you know already, try something else, or ask the user.'
const CONCLUDE = 'Do what matters most, and come to an answer.'
const WAYS: Readonly<Record<string, string>> = {
  'same-error':
    'Read the error and change the input, use another tool, or say that it cannot be done.',
  'failing-check': 'Question your assumption about the cause, or say that it cannot be done.',
  'unknown-tool': 'Use one of the tools that you were given.',
  steps: CONCLUDE,
  budget: CONCLUDE,
}

function wayOut(action: Facts['action'], reason: Reason): string {
  switch (action) {
    case 'warn':
      return WAYS[reason] ?? OTHERWISE
    case 'block':
      return `This call was not made. ${WAYS[reason] ?? OTHERWISE}`
    case 'finish':
      return 'No more tools: give your final answer now, from what you have, and say what is missing.'
    case 'stop':
      return 'The run was stopped.'
  }
}
