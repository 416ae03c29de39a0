import { type Outcome, recovery } from './compare-policies.ts'
import { capacityOf, type Scenario } from './scenario.ts'

const COLUMNS = 3
const PANEL = { width: 250, height: 130, gapX: 30, gapY: 62 }
const MARGIN = { left: 62, top: 92, right: 24, bottom: 44 }
const INK = '#1f2328'
const FAINT = '#656d76'
const GRID = '#d0d7de'
const GOODPUT = '#3b8f6b'
const REQUESTS = '#c2410c'
const OUTAGE = '#f6dfc8'

/** Draws goodput and requests over time, a panel a policy, as SVG. It has a ground of its own, for dark pages too. */
export function plot(outcomes: readonly Outcome[], scenario: Scenario): string {
  const rows = Math.ceil(outcomes.length / COLUMNS)
  const width = MARGIN.left + COLUMNS * (PANEL.width + PANEL.gapX) - PANEL.gapX + MARGIN.right
  const height = MARGIN.top + rows * (PANEL.height + PANEL.gapY) - PANEL.gapY + MARGIN.bottom
  const panels = outcomes.map((outcome, index) => {
    const x = MARGIN.left + (index % COLUMNS) * (PANEL.width + PANEL.gapX)
    const y = MARGIN.top + Math.floor(index / COLUMNS) * (PANEL.height + PANEL.gapY)
    return `<g transform="translate(${x} ${y})">\n${panel(outcome, scenario, index % COLUMNS === 0)}\n</g>`
  })
  const title = 'Goodput and requests a second, before, in and after an outage of 20 s'
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" font-family="system-ui, sans-serif" font-size="12" fill="${INK}">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    `<text x="${MARGIN.left}" y="28" font-size="16" font-weight="600">${title}</text>`,
    legend(scenario),
    ...panels,
    '</svg>',
  ].join('\n')}\n`
}

function legend(scenario: Scenario): string {
  const top = 2 * capacityOf(scenario)
  return [
    `<g transform="translate(${MARGIN.left} 50)">`,
    `<rect y="-9" width="14" height="10" fill="${GOODPUT}"/><text x="20">calls that succeed</text>`,
    `<path d="M150 -4h14" stroke="${REQUESTS}" stroke-width="2"/><text x="170">requests sent (cut off at ${thousands(top)})</text>`,
    `<path d="M388 -4h14" stroke="${FAINT}" stroke-dasharray="4 3"/><text x="408">capacity</text>`,
    `<rect x="482" y="-9" width="14" height="10" fill="${OUTAGE}"/><text x="502">outage</text>`,
    '</g>',
  ].join('\n')
}

function panel(outcome: Outcome, scenario: Scenario, isFirstOfRow: boolean): string {
  const { policy, timeline, figures } = outcome
  const { width, height } = PANEL
  const capacity = capacityOf(scenario)
  const top = 2 * capacity
  const xOf = (second: number) => round((second * 1_000 * width) / scenario.endMs)
  const yOf = (value: number) => round(height * (1 - Math.min(value, top) / top))
  const line = (counts: readonly number[]) =>
    counts.map((value, second) => `${xOf(second + 0.5)} ${yOf(value)}`).join('L')
  const outageX = xOf(scenario.outage.fromMs / 1_000)
  const outageWidth = round(xOf(scenario.outage.untilMs / 1_000) - outageX)
  const recovers = figures.recoverySeconds === undefined ? '' : 'recovers after '
  const values = isFirstOfRow ? [0, capacity, top] : []
  const seconds = [0, 20, 40, 60, 80, 100, 120].filter((at) => at * 1_000 <= scenario.endMs)

  return [
    `<text y="-10" font-size="13" font-weight="600">${policy.name}</text>`,
    `<text x="${width}" y="-10" text-anchor="end" fill="${FAINT}">${recovers}${recovery(figures)}</text>`,
    `<rect x="${outageX}" width="${outageWidth}" height="${height}" fill="${OUTAGE}"/>`,
    `<path d="M${xOf(0.5)} ${height}L${line(timeline.successes)}V${height}z" fill="${GOODPUT}"/>`,
    `<path d="M0 ${yOf(capacity)}H${width}" stroke="${FAINT}" stroke-dasharray="4 3"/>`,
    `<path d="M${line(timeline.requests)}" fill="none" stroke="${REQUESTS}" stroke-width="1.5"/>`,
    `<path d="M0 0V${height}H${width}" fill="none" stroke="${GRID}"/>`,
    `<g fill="${FAINT}" font-size="11">`,
    ...values.map(
      (value) => `<text x="-6" y="${yOf(value) + 4}" text-anchor="end">${thousands(value)}</text>`,
    ),
    ...seconds.map(
      (at) => `<text x="${xOf(at)}" y="${height + 16}" text-anchor="middle">${at} s</text>`,
    ),
    '</g>',
  ].join('\n')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** 10000 as 10 000, with a space that does not break. */
function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u00a0')
}
