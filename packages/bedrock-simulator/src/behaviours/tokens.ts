const CHARACTERS_PER_TOKEN = 4
// About what a picture of a megapixel costs. Counting its base64 letters would give hundreds of times that.
const TOKENS_PER_ATTACHMENT = 1_300

/**
 * A fair guess at the tokens of a JSON value: one for four characters of text, names included.
 * Walks with a list of its own, because a request may nest deeper than the call stack.
 */
export function tokensOf(value: unknown): number {
  let characters = 0
  let attachments = 0
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string') characters += next.length
    else if (typeof next === 'number' || typeof next === 'boolean') characters += 4
    else if (typeof next === 'object' && next !== null) {
      for (const [name, member] of Object.entries(next)) {
        if ((name === 'bytes' || name === 'data') && typeof member === 'string') attachments++
        else {
          if (!Array.isArray(next)) characters += name.length
          open.push(member)
        }
      }
    }
  }
  return Math.ceil(characters / CHARACTERS_PER_TOKEN) + attachments * TOKENS_PER_ATTACHMENT
}
