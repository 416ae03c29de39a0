/** Reads a property of any value. A getter that throws, or a value without properties, gives `undefined`. */
export function readProperty(value: unknown, key: string | symbol): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return (value as Record<string | symbol, unknown>)[key]
  } catch {
    return undefined
  }
}

/** Reads a property of a property, and so on: `readPath(error, 'response.status')`. */
export function readPath(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => readProperty(inner, key), value)
}
