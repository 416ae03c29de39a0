import type { FamilySnapshot, RegistrySnapshot } from './metrics.ts'

/**
 * What of a snapshot outlives the process that took it: what was counted. Gauges and infos tell of something that is no
 * more, and so do a summary's quantiles; its sum and count stay.
 *
 * @example
 * const all = mergeSnapshots([...alive, ...dead.map(keepCounts)])
 */
export function keepCounts({ version, families }: RegistrySnapshot): RegistrySnapshot {
  return {
    version,
    families: families
      .filter(({ type }) => type !== 'gauge' && type !== 'info')
      .map(withoutQuantiles),
  }
}

function withoutQuantiles(family: FamilySnapshot): FamilySnapshot {
  const { quantiles = [], series } = family
  return {
    ...family,
    series: series.map((one) => ({
      ...one,
      values: one.values.map((value, at) => (at < quantiles.length ? null : value)),
    })),
  }
}
