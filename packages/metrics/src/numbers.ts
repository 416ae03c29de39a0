/** A sample's value, as Go's `ParseFloat` and OpenMetrics's grammar read it; `null` is a snapshot's NaN. */
export function formatNumber(value: number | null | undefined): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value ?? NaN)
}

/**
 * A bound or a quantile in its one canonical form, which is what makes a series with it the same everywhere: Go's `%g`
 * with a `.0` where there is neither point nor exponent (OpenMetrics 1.0, "Considerations: Canonical Numbers").
 */
export function formatBound(value: number): string {
  const [mantissa, exponent] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power < -4 || power >= 6) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  // Infinity has no exponent at all.
  return formatNumber(value).replace(/^-?\d+$/, '$&.0')
}
