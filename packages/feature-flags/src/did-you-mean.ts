/** Longer names are not compared: they come from outside, and no known name is as long. */
const MAX_LENGTH = 64

/** The end of a message: `, did you mean "when"?` if a known name is close, otherwise empty. */
export function didYouMean(name: string, known: Iterable<string>): string {
  if (name.length > MAX_LENGTH) return ''
  let closest = ''
  let least = 1 + Math.min(2, Math.ceil(name.length / 2))
  for (const candidate of known) {
    const [short, full] = [name.toLowerCase(), candidate.toLowerCase()]
    const edits =
      short !== '' && full.startsWith(short) ? Number(short !== full) : distance(short, full)
    if (edits < least) [closest, least] = [candidate, edits]
  }
  return closest && `, did you mean "${closest}"?`
}

/** How many letters to insert, delete, or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const [diagonal, above, left] = [row[j], row[j + 1], next[j]] as [number, number, number]
      next.push(Math.min(diagonal + Number(a[i] !== b[j]), above + 1, left + 1))
    }
    row = next
  }
  return row[b.length] as number
}
