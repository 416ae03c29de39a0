import { readFileSync, writeFileSync } from 'node:fs'
import { replaceSection } from '../markdown.ts'
import type { Report, SimulationOptions } from '../simulation.ts'
import { comparePolicies, policyTable } from './compare-policies.ts'
import { sharingTable } from './compare-sharing.ts'
import { plot } from './plot.ts'
import { createScenario } from './scenario.ts'

const docs = new URL('../../../docs/', import.meta.url)

/** Produces the tables and the plot of `docs/retry-storms.md`. */
export function simulateRetryStorms({ seed, clients }: SimulationOptions): Report & {
  readonly svg: string
} {
  const scenario = createScenario({ seed, clients })
  const outcomes = comparePolicies(scenario)
  const policies = policyTable(outcomes)
  // A tenth of the clients, to save time. Only the number of clients per budget matters here.
  const sharing = sharingTable({ seed, clients: Math.ceil(clients / 10) })
  const svg = plot(outcomes, scenario)

  return {
    text: `${policies}\n\n${sharing}`,
    svg,
    publish() {
      const page = new URL('retry-storms.md', docs)
      const text = replaceSection(readFileSync(page, 'utf8'), 'policies', policies)
      writeFileSync(page, replaceSection(text, 'sharing', sharing))
      writeFileSync(new URL('retry-storms.svg', docs), svg)
    },
  }
}
