let second = Number.NaN
let start = ''

/** RFC 3339, in UTC, to the millisecond. Most lines share their second with the one before. */
export function isoTime(epochMs: number): string {
  const millisecond = epochMs % 1000
  if (epochMs - millisecond !== second) {
    second = epochMs - millisecond
    start = new Date(second).toISOString().slice(0, 20)
  }
  return `${start}${millisecond < 100 ? (millisecond < 10 ? '00' : '0') : ''}${millisecond}Z`
}
