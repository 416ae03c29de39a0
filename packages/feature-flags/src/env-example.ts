import type { FlagDefinition, FlagDefinitions } from './definition.ts'

/**
 * Returns the text of an `.env.example`: each flag's variable with its description, type, and default, commented out.
 *
 * @param options - `prefix` as given to `env`.
 */
export function envExample(
  definitions: FlagDefinitions,
  { prefix = '' }: { readonly prefix?: string | undefined } = {},
): string {
  const entries = Object.entries(definitions).map(([name, definition]) => {
    const { description, secret } = definition
    const value = secret ? '' : quoted(textOf(definition))
    const lines = description ? description.split(/\r\n|\r|\n/).map((line) => `# ${line}\n`) : []
    return `${lines.join('')}# ${allowed(definition)}\n# ${definition.env ?? prefix + name}=${value}\n`
  })
  return entries.join('\n')
}

function textOf({ type, default: value }: FlagDefinition): string {
  return typeof value === 'string' && type !== 'json' ? value : JSON.stringify(value)
}

/** In quotes if parsers of such files would otherwise see an end, a comment, or a quote. */
function quoted(text: string): string {
  if (/[\r\n]/.test(text)) return JSON.stringify(text)
  if (/^[^\s"'`#]([^#]*[^\s#])?$|^$/.test(text)) return text
  const quote = text.includes("'") ? '`' : "'"
  return quote + text + quote
}

function allowed(definition: FlagDefinition): string {
  switch (definition.type) {
    case 'boolean':
      return 'true or false'
    case 'enum':
      return `one of: ${definition.values.join(', ')}`
    case 'integer':
    case 'number': {
      const { min, max } = definition
      const bounds = [min !== undefined && `from ${min}`, max !== undefined && `up to ${max}`]
      return [definition.type, ...bounds.filter(Boolean)].join(' ')
    }
    case 'string':
      return 'text'
    case 'json':
      return 'JSON'
  }
}
