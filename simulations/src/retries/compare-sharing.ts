import { type Column, percent, table } from '../markdown.ts'
import { type Figures, figuresOf } from './figures.ts'
import { awsStandardLike, oursWithBudget, type RetryPolicy } from './policies.ts'
import { createScenario, type Scenario, type ScenarioOptions } from './scenario.ts'
import { simulate } from './simulate.ts'

interface Outcome {
  readonly scenario: Scenario
  readonly budget: string
  readonly figures: Figures
  /** How many requests per call the budget allows in the long run; `undefined` if it sets no such bound. */
  readonly bound: number | undefined
}

const CLIENTS_PER_PROCESS = [1_000, 100, 10, 1]
const MIN_PER_SECOND = [10, 1, 0]
const RATIO = 0.2

/** Runs the same clients with each budget shared by fewer and fewer of them. Returns a Markdown table. */
export function sharingTable(options: ScenarioOptions): string {
  const scenarios = CLIENTS_PER_PROCESS.filter((some) => some <= options.clients).map((some) =>
    createScenario({ ...options, processes: Math.round(options.clients / some) }),
  )
  return table(
    COLUMNS,
    scenarios.flatMap((scenario) => [
      ...MIN_PER_SECOND.map((minPerSecond) => runOurs(scenario, minPerSecond)),
      run(scenario, awsStandardLike, awsStandardLike.name),
    ]),
  )
}

function runOurs(scenario: Scenario, minPerSecond: number): Outcome {
  // A call makes at most three retries.
  const bound = 1 + Math.min(3, RATIO + minPerSecond / callsPerBudget(scenario))
  const budget = `Holdfast, \`minPerSecond: ${minPerSecond}\``
  return run(scenario, oursWithBudget(minPerSecond), budget, bound)
}

function run(scenario: Scenario, policy: RetryPolicy, budget: string, bound?: number): Outcome {
  return { scenario, budget, bound, figures: figuresOf(simulate(scenario, policy), scenario) }
}

/** How many calls per second share one budget. */
function callsPerBudget({ callsPerSecond, processes }: Scenario): number {
  return callsPerSecond / processes
}

const COLUMNS: readonly Column<Outcome>[] = [
  ['clients per budget', ({ scenario }) => (scenario.clients / scenario.processes).toFixed(0)],
  [
    'calls per second per budget',
    ({ scenario }) => String(Number(callsPerBudget(scenario).toPrecision(2))),
  ],
  ['budget', ({ budget }) => budget],
  ['requests per call: allowed by the budget', ({ bound }) => bound?.toFixed(2) ?? ''],
  ['during the outage', ({ figures }) => figures.requestsPerCall.outage.toFixed(2)],
  ['calls that succeed: before the outage', ({ figures }) => percent(figures.kept.before)],
  ['last 20 s', ({ figures }) => percent(figures.kept.end)],
  ['all calls', ({ figures }) => percent(figures.kept.all)],
]
