import { parseArgs } from 'node:util'
import { simulateRetryStorms } from './retries/retry-storms.ts'
import type { Simulation } from './simulation.ts'

const simulations: Record<string, Simulation> = { retries: simulateRetryStorms }
const defaults = { seed: 1, clients: 10_000 }
const usage = `Usage: npm run simulate -- [name …] [--seed n] [--clients n]
Simulations: ${Object.keys(simulations).join(', ')}`

const { names, seed, clients } = readArguments()
const isDefault = seed === defaults.seed && clients === defaults.clients
for (const [name, simulation] of Object.entries(simulations)) {
  if (names.length > 0 && !names.includes(name)) continue
  const report = simulation({ seed, clients })
  console.log(`## ${name}: seed ${seed}, ${clients} clients\n\n${report.text}\n`)
  // The documents show the run with the default options only.
  if (isDefault) report.publish()
}

function readArguments(): { names: string[]; seed: number; clients: number } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { seed: { type: 'string' }, clients: { type: 'string' } },
    })
    const unknown = positionals.find((name) => !Object.hasOwn(simulations, name))
    if (unknown !== undefined) throw new Error(`Unknown simulation "${unknown}".`)
    return {
      names: positionals,
      seed: integer('seed', values.seed, defaults.seed, 0),
      clients: integer('clients', values.clients, defaults.clients, 1_000),
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }
}

function integer(option: string, given: string | undefined, fallback: number, min: number): number {
  if (given === undefined) return fallback
  const value = Number(given)
  if (/^\d+$/.test(given) && value >= min && value < 2 ** 31) return value
  throw new Error(`--${option} must be an integer of ${min} or more, not "${given}"`)
}
