/**
 * A text for a message: as it is, or its beginning when it is longer than `max` UTF-16 code units. What a client or a
 * file sends must not come back at full length in errors, events, and logs.
 */
export function shorten(text: string, max = 100): string {
  return text.length > max ? `${text.slice(0, max)}… (${text.length} characters)` : text
}
