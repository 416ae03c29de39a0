import { checkFunctions, refusal } from '@holdfast/internal'
import { ascending } from './ascending.ts'
import type { FamilyFacts, HistogramOptions, MetricOptions, SummaryOptions } from './metrics.ts'
import { checkLabelNames, checkMetricName } from './names.ts'
import { mainSuffix, TYPES } from './types.ts'

/** Options of any type of metric. */
export type AnyOptions = MetricOptions<string, never> &
  Pick<HistogramOptions<string>, 'buckets'> &
  Pick<SummaryOptions<string>, 'quantiles' | 'windowMs'>

/** For times in seconds, as Prometheus's own clients have them. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const QUANTILES = [0.5, 0.9, 0.99]

/**
 * What a metric is.
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function define(
  type: FamilyFacts['type'],
  options: AnyOptions,
  prefix: string,
  registryLabels: readonly string[],
): FamilyFacts {
  const { help, unit, labels = [], buckets = BUCKETS, quantiles = QUANTILES } = options
  const { label, merges } = TYPES[type]
  const { merge = merges[0] } = options
  const name = familyName(type, options.name, prefix)
  if (typeof help !== 'string') throw refusal('help', help, 'a string')
  if (!Array.isArray(labels)) throw refusal('labels', labels, 'a list of names')
  checkLabelNames('labels', labels, label ? [...registryLabels, label] : registryLabels)
  if (!merges.includes(merge)) {
    throw refusal('merge', merge, `one of ${merges.join(', ')}`, RangeError)
  }
  // So says OpenMetrics; and `http_seconds` tells more than `http` to whoever sees nothing but the name.
  if (unit !== undefined && (!/^\w+$/.test(unit) || !name.endsWith(`_${unit}`))) {
    throw refusal('unit', unit, `what the name ends in, after a \`_\`: ${name}`, RangeError)
  }
  checkFunctions(options, 'collect')
  return {
    name,
    type,
    help,
    unit,
    merge,
    labelNames: [...registryLabels, ...labels],
    buckets:
      type === 'histogram'
        ? // There is one for what is greater in any case.
          ascending('buckets', buckets, { min: -Number.MAX_VALUE }).filter(Number.isFinite)
        : undefined,
    quantiles:
      type === 'summary' ? ascending('quantiles', quantiles, { min: 0, max: 1 }) : undefined,
  }
}

/** With the prefix, without what the type's only sample ends in. */
function familyName(type: FamilyFacts['type'], given: unknown, prefix: string): string {
  const name = checkMetricName('name', typeof given === 'string' ? prefix + given : given)
  const suffix = mainSuffix(type)
  const base = suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
  return checkMetricName('name', base)
}
