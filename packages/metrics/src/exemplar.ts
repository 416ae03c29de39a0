import { refusal } from '@holdfast/internal'
import type { Exemplar, ExemplarSnapshot } from './metrics.ts'
import { isLegacyLabel } from './names.ts'

/** Of the names and values of an exemplar's labels, together (OpenMetrics 1.0, "Exemplars"). */
const MAX_CODE_POINTS = 128

/**
 * The exemplar as it is kept: with what it is one of, and free of the caller's object.
 *
 * @throws RangeError or TypeError when OpenMetrics would not take it.
 */
export function keepExemplar(
  { labels, timestamp = Date.now() / 1000 }: Exemplar,
  value: number,
  at = 0,
): ExemplarSnapshot {
  const kept = { ...labels }
  for (const [name, text] of Object.entries(kept)) {
    if (typeof text !== 'string' || !isLegacyLabel(name)) {
      throw refusal(`exemplar.labels.${name}`, text, 'a string, and its name a word')
    }
  }
  const { length } = [...Object.entries(kept).flat().join('')]
  if (length > MAX_CODE_POINTS) {
    const allowed = `of ${MAX_CODE_POINTS} characters at most, names and values together`
    throw refusal('exemplar.labels', length, allowed, RangeError)
  }
  if (!Number.isFinite(timestamp)) {
    throw refusal('exemplar.timestamp', timestamp, 'a finite number of seconds')
  }
  return { labels: kept, timestamp, value, at }
}
