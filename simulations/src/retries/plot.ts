import { type Outcome, recovery } from './compare-policies.ts'
import { capacityOf, type Scenario } from './scenario.ts'

const COLUMNS = 3
const PANEL = { width: 250, height: 130, gapX: 34, gapY: 96 }
const MARGIN = { left: 76, top: 112, right: 24, bottom: 56 }
const INK = '#1f2328'
const FAINT = '#656d76'
const GRID = '#d0d7de'
const GOODPUT = '#3b8f6b'
const REQUESTS = '#c2410c'
const OUTAGE = '#f6dfc8'

/** Draws goodput and requests over time as SVG, one panel for each policy. A white background keeps it readable on dark pages. */
export function plot(outcomes: readonly Outcome[], scenario: Scenario): string {
  const rows = Math.ceil(outcomes.length / COLUMNS)
  const width = MARGIN.left + COLUMNS * (PANEL.width + PANEL.gapX) - PANEL.gapX + MARGIN.right
  const height = MARGIN.top + rows * (PANEL.height + PANEL.gapY) - PANEL.gapY + MARGIN.bottom
  const panels = outcomes.map((outcome, index) => {
    const x = MARGIN.left + (index % COLUMNS) * (PANEL.width + PANEL.gapX)
    const y = MARGIN.top + Math.floor(index / COLUMNS) * (PANEL.height + PANEL.gapY)
    return `<g transform="translate(${x} ${y})">\n${panel(outcome, scenario, index % COLUMNS === 0)}\n</g>`
  })
  const title = 'Requests and successful calls per second, around an outage of 20 s'
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
    `<path d="M150 -4h14" stroke="${REQUESTS}" stroke-width="2"/><text x="170">requests sent (the axis ends at ${thousands(top)})</text>`,
    `<path d="M428 -4h14" stroke="${FAINT}" stroke-dasharray="4 3"/><text x="448">capacity of the server</text>`,
    `<rect x="596" y="-9" width="14" height="10" fill="${OUTAGE}"/><text x="616">outage</text>`,
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
  const recovers = figures.recoverySeconds === undefined ? '' : 'recovers within '
  const values = isFirstOfRow ? [0, capacity, top] : []
  const seconds = [0, 20, 40, 60, 80, 100, 120].filter((at) => at * 1_000 <= scenario.endMs)

  return [
    `<text y="-26" font-size="13" font-weight="600">${policy.name}</text>`,
    `<text y="-10" fill="${FAINT}">${recovers}${recovery(figures)}</text>`,
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
      (at) => `<text x="${xOf(at)}" y="${height + 16}" text-anchor="middle">${at}</text>`,
    ),
    `<text x="${width / 2}" y="${height + 32}" text-anchor="middle">time in seconds</text>`,
    ...(isFirstOfRow
      ? [
          `<text transform="translate(-56 ${height / 2}) rotate(-90)" text-anchor="middle">per second</text>`,
        ]
      : []),
    '</g>',
  ].join('\n')
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Formats 10000 as 10 000, with a non-breaking space. */
function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u00a0')
}
