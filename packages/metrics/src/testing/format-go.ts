/**
 * A number as Go's `strconv.FormatFloat(x, 'g', -1, 64)` has it, with a `.0` where it looks like an integer: written
 * digit by digit from its decimal form, so that it shares nothing with what it is to check.
 */
export function formatGo(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 ? '-' : ''
  const { digits, point } = decimal(Math.abs(value))
  const exponent = point - 1
  if (digits !== '' && (exponent < -4 || exponent >= 6)) {
    const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits
    const power = `${Math.abs(exponent)}`.padStart(2, '0')
    return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${power}`
  }
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  const fraction = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits
  return `${sign}${whole === '' ? '0' : whole}.${fraction === '' ? '0' : fraction}`
}

/** The shortest digits that mean the number, as `0.digits × 10^point`. */
function decimal(value: number): { digits: string; point: number } {
  const [, whole = '', fraction = '', power = '0'] =
    /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? []
  const all = whole + fraction
  const leading = /^0*/.exec(all)?.[0].length ?? 0
  const digits = all.slice(leading).replace(/0+$/, '')
  return { digits, point: digits === '' ? 1 : whole.length - leading + Number(power) }
}
