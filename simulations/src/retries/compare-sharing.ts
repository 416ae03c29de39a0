import { type Column, percent, table } from '../markdown.ts'
import { type Figures, figuresOf } from './figures.ts'
import { awsStandardLike, oursWithBudget, type RetryPolicy } from './policies.ts'
import { createScenario, type Scenario, type ScenarioOptions } from './scenario.ts'
import { simulate } from './simulate.ts'

interface Outcome {
  readonly scenario: Scenario
  readonly budget: string
  readonly figures: Figures
  /** How many requests per call the budget allows for long; `undefined` where it gives no such bound. */
  readonly bound: number | undefined
}

const CLIENTS_PER_PROCESS = [1_000, 100, 10, 1]
const MIN_PER_SECOND = [10, 1, 0]
const RATIO = 0.2

/** Runs the same clients with their budgets shared by ever fewer, and returns a table of Markdown. */
export function sharingTable(options: ScenarioOptions): string {
  const scenarios = CLIENTS_PER_PROCESS.filter((some) => some <= options.clients).map((some) =>
    createScenario({ ...options, processes: Math.round(options.clients / some) }),
  )
  return table(
    COLUMNS,
    scenarios.flatMap((scenario) => [
      ...MIN_PER_SECOND.map((minPerSecond) => runOurs(scenario, minPerSecond)),
      run(scenario, awsStandardLike, 'AWS-standard-like'),
    ]),
  )
}

function runOurs(scenario: Scenario, minPerSecond: number): Outcome {
  // Three retries are the most that a call makes.
  const bound = 1 + Math.min(3, RATIO + minPerSecond / callsPerBudget(scenario))
  const budget = `ours, \`minPerSecond: ${minPerSecond}\``
  return run(scenario, oursWithBudget(minPerSecond), budget, bound)
}

function run(scenario: Scenario, policy: RetryPolicy, budget: string, bound?: number): Outcome {
  return { scenario, budget, bound, figures: figuresOf(simulate(scenario, policy), scenario) }
}

/** How many calls a second share one budget. */
function callsPerBudget({ callsPerSecond, processes }: Scenario): number {
  return callsPerSecond / processes
}

const COLUMNS: readonly Column<Outcome>[] = [
  ['clients a budget', ({ scenario }) => (scenario.clients / scenario.processes).toFixed(0)],
  [
    'calls a second a budget',
    ({ scenario }) => String(Number(callsPerBudget(scenario).toPrecision(2))),
  ],
  ['budget', ({ budget }) => budget],
  ['requests per call: allowed', ({ bound }) => bound?.toFixed(2) ?? ''],
  ['in the outage', ({ figures }) => figures.requestsPerCall.outage.toFixed(2)],
  ['calls that succeed: before', ({ figures }) => percent(figures.kept.before)],
  ['last 20 s', ({ figures }) => percent(figures.kept.end)],
  ['all', ({ figures }) => percent(figures.kept.all)],
]
