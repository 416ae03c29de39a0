/** Text as JSON. */
export function quote(text: string): string {
  // Looking at each character is quicker than the call, up to some length.
  if (text.length > 60) return JSON.stringify(text)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    // A control character, a quote, a backslash, or half a character perhaps.
    if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0xd800) return JSON.stringify(text)
  }
  return `"${text}"`
}
