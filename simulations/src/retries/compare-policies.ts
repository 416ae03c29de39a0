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

/** How clients fared under one policy. */
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
  ['clients', ({ policy }) => policy.name],
  ['requests per call: outage', ({ figures }) => figures.requestsPerCall.outage.toFixed(2)],
  ['after', ({ figures }) => figures.requestsPerCall.after.toFixed(2)],
  ['goodput a second: before', ({ figures }) => figures.goodput.before.toFixed(0)],
  ['outage', ({ figures }) => figures.goodput.outage.toFixed(0)],
  ['20 s after', ({ figures }) => figures.goodput.soonAfter.toFixed(0)],
  ['last 20 s', ({ figures }) => figures.goodput.end.toFixed(0)],
  ['calls that succeed: before', ({ figures }) => percent(figures.kept.before)],
  ['all', ({ figures }) => percent(figures.kept.all)],
  ['recovers after', ({ figures }) => recovery(figures)],
]

/** The outcomes as a table of Markdown. */
export function policyTable(outcomes: readonly Outcome[]): string {
  return table(COLUMNS, outcomes)
}

/** How long recovery took, in words. */
export function recovery({ recoverySeconds }: Figures): string {
  return recoverySeconds === undefined ? 'not within the run' : `${recoverySeconds} s`
}
