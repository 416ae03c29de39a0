import { isDeepStrictEqual } from 'node:util'
import type { Check } from '../check.ts'
import { compareAnswers } from '../compare-answers.ts'
import type { Part } from '../part.ts'
import { type LogCase, logCases, sink } from './logger-cases.ts'

function compareCase({ title, target, oracles, isOff = false }: LogCase): Promise<string> {
  const [first, ...peers] = oracles
  return compareAnswers({
    title,
    yes: isOff ? 0 : 1,
    ours: first ? [first] : [],
    peers,
    target: target === undefined ? undefined : { ratio: target, first: 1 },
  })
}

/** Whether all loggers say the same. */
async function sameLines(): Promise<Check> {
  const findings = logCases.flatMap(({ title, oracles, facts }) => {
    if (facts === undefined) return []
    const [ours, ...theirs] = oracles.map((oracle) => {
      if ('ask' in oracle) oracle.ask(7)
      return facts(JSON.parse(sink.last))
    })
    const holds = theirs.every((line) => isDeepStrictEqual(line, ours))
    return [{ text: `${title}: ${JSON.stringify(ours)}`, holds }]
  })
  return { title: 'What the lines say, of all alike', findings }
}

export const loggerPart: Part = {
  comparisons: [],
  tables: logCases.map((logCase) => () => compareCase(logCase)),
  checks: [sameLines],
}
