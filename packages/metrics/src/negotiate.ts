import type { Escaping, Format } from './metrics.ts'
import { ESCAPINGS } from './render.ts'

/** What to render, and how to call it. */
export interface Negotiated {
  readonly format: Format
  readonly escaping: Escaping
  /** Prometheus 3 fails a scrape without the right one. */
  readonly contentType: string
}

const OPENMETRICS = 'application/openmetrics-text'
/** What a request may ask for, by type and version, and which of two that it wants alike it gets. */
const RANKS: ReadonlyMap<string, number> = new Map([
  [`${OPENMETRICS} 1.0.0`, 3],
  [OPENMETRICS, 3],
  ['text/plain 1.0.0', 2],
  ['text/plain 0.0.4', 1],
  ['text/plain', 1],
  ['text/*', 1],
  ['*/*', 1],
])

/**
 * Chooses the format by a request's `Accept` header: what is wanted most of OpenMetrics 1.0.0, text 1.0.0 and text 0.0.4,
 * the first of these where it is all one. Whoever wants none of them gets text 0.0.4, which everybody reads.
 *
 * The rules are those of https://prometheus.io/docs/instrumenting/content_negotiation/ and RFC 9110, 12.4.2 and 12.5.1.
 */
export function negotiate(accept: string | null): Negotiated {
  let chosen = { quality: 0, rank: 1, range: '' }
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const type = range.split(';', 1).join().trim()
    const version = parameter(range, 'version')
    const quality = Number(parameter(range, 'q') ?? 1)
    const rank = RANKS.get(version ? `${type} ${version}` : type)
    if (!rank || !(quality > 0 && quality <= 1)) continue
    if ((quality - chosen.quality || rank - chosen.rank) > 0) chosen = { quality, rank, range }
  }
  const format = chosen.rank === 3 ? 'openmetrics' : 'text'
  const asked = parameter(chosen.range, 'escaping')
  const escaping = (chosen.rank > 1 && ESCAPINGS.find((one) => one === asked)) || 'underscores'
  const version = chosen.rank > 1 ? '1.0.0' : '0.0.4'
  const type = chosen.rank === 3 ? OPENMETRICS : 'text/plain'
  const contentType = `${type}; version=${version}; charset=utf-8`
  return {
    format,
    escaping,
    // Version 0.0.4 knows no such thing.
    contentType: chosen.rank > 1 ? `${contentType}; escaping=${escaping}` : contentType,
  }
}

const parameter = (range: string, name: string): string | undefined =>
  new RegExp(`;\\s*${name}="?([^";\\s]*)`).exec(range)?.[1]
