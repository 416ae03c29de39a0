import { isDeepStrictEqual } from 'node:util'
import type { Check } from '../check.ts'
import { compareAnswers } from '../compare-answers.ts'
import type { Part } from '../part.ts'
import { type LogCase, logCases, sink } from './logger-cases.ts'

function compareCase({ title, target, subjects, isOff = false }: LogCase): Promise<string> {
  const [first, ...peers] = subjects
  return compareAnswers({
    title,
    yes: isOff ? 0 : 1,
    ours: first ? [first] : [],
    peers,
    target: target === undefined ? undefined : { ratio: target, first: 1 },
  })
}

/** Checks that all loggers write the same facts. */
async function sameLines(): Promise<Check> {
  const findings = logCases.flatMap(({ title, subjects, facts }) => {
    if (facts === undefined) return []
    const [ours, ...theirs] = subjects.map((subject) => {
      if ('ask' in subject) subject.ask(7)
      return facts(JSON.parse(sink.last))
    })
    const holds = theirs.every((line) => isDeepStrictEqual(line, ours))
    return [{ text: `${title}: ${JSON.stringify(ours)}`, holds }]
  })
  return { title: 'All loggers write the same facts', findings }
}

export const loggerPart: Part = {
  comparisons: [],
  tables: logCases.map((logCase) => () => compareCase(logCase)),
  checks: [sameLines],
}
