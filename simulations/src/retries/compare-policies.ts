import { type Column, percent, table } from '../markdown.ts'
import { type Figures, figuresOf } from './figures.ts'
import {
  awsStandardLike,
  naive,
  none,
  oursWithBudget,
  oursWithoutBudget,
  pRetryLike,
  type RetryPolicy,
} from './policies.ts'
import type { Scenario } from './scenario.ts'
import { simulate, type Timeline } from './simulate.ts'

/** The result of one run with one policy. */
export interface Outcome {
  readonly policy: RetryPolicy
  readonly timeline: Timeline
  readonly figures: Figures
}

const POLICIES = [
  none,
  naive,
  pRetryLike,
  awsStandardLike,
  oursWithoutBudget,
  oursWithBudget(),
] as const

/** Runs the scenario once under each policy. */
export function comparePolicies(
  scenario: Scenario,
  policies: readonly RetryPolicy[] = POLICIES,
): Outcome[] {
  return policies.map((policy) => {
    const timeline = simulate(scenario, policy)
    return { policy, timeline, figures: figuresOf(timeline, scenario) }
  })
}

const COLUMNS: readonly Column<Outcome>[] = [
  ['policy', ({ policy }) => policy.name],
  [
    'requests per call: during the outage',
    ({ figures }) => figures.requestsPerCall.outage.toFixed(2),
  ],
  ['after it', ({ figures }) => figures.requestsPerCall.after.toFixed(2)],
  ['goodput per second: before the outage', ({ figures }) => figures.goodput.before.toFixed(0)],
  ['during it', ({ figures }) => figures.goodput.outage.toFixed(0)],
  ['20 s after it', ({ figures }) => figures.goodput.soonAfter.toFixed(0)],
  ['last 20 s', ({ figures }) => figures.goodput.end.toFixed(0)],
  ['calls that succeed: before the outage', ({ figures }) => percent(figures.kept.before)],
  ['all calls', ({ figures }) => percent(figures.kept.all)],
  ['time to recover', ({ figures }) => recovery(figures)],
]

/** Formats the outcomes as a Markdown table. */
export function policyTable(outcomes: readonly Outcome[]): string {
  return table(COLUMNS, outcomes)
}

/** The time to recover, as text. */
export function recovery({ recoverySeconds }: Figures): string {
  return recoverySeconds === undefined ? 'does not recover' : `${recoverySeconds} s`
}
