const NAMES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' }
const escapeChar = (char: string): string => NAMES[char] ?? char

/** A label's value, a quoted name, and in OpenMetrics a help text. */
export const escapeQuoted = (text: string): string => text.replace(/[\\"\n]/g, escapeChar)

/** A help text in Prometheus's text format, where a quote is nothing special. */
export const escapeHelp = (text: string): string => text.replace(/[\\\n]/g, escapeChar)
