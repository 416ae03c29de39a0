/**
 * Whether `text` fits `pattern`, in which `*` stands for any text and all else for itself.
 * Goes back to the last `*` only, so that no pattern takes more than pattern × text steps.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  let at = 0
  let star = -1
  let retry = 0
  let index = 0
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at++
      retry = index
    } else if (pattern[at] === text[index]) {
      at++
      index++
    } else if (star >= 0) {
      at = star + 1
      index = ++retry
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
