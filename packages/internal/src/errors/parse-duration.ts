const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A duration as Go writes it, in milliseconds: `1m2s`, `850ms`, `1.5s`. */
export function parseDurationMs(value: string): number | undefined {
  if (value.length > 50 || !/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(value)) return undefined
  let total = 0
  for (const [, amount, unit = ''] of value.matchAll(/([\d.]+)(ms|[smhd])/g)) {
    total += Number(amount) * (UNITS[unit] ?? 0)
  }
  return total
}
