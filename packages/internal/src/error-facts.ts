/** Reads a property of any value. A getter that throws, or a value without properties, gives `undefined`. */
export function readProperty(value: unknown, key: string | symbol): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return undefined
  try {
    return (value as Record<string | symbol, unknown>)[key]
  } catch {
    return undefined
  }
}

/**
 * The HTTP status that an error carries, wherever its library puts it: `statusCode` (Node, ours), `status`
 * (fetch wrappers), `response.status` (axios, got), `$metadata.httpStatusCode` (AWS SDK).
 */
export function errorStatus(error: unknown): number | undefined {
  const candidates = [
    readProperty(readProperty(error, '$metadata'), 'httpStatusCode'),
    readProperty(error, 'statusCode'),
    readProperty(error, 'status'),
    readProperty(readProperty(error, 'response'), 'status'),
  ]
  return candidates.find(
    (status): status is number => typeof status === 'number' && status >= 100 && status <= 599,
  )
}
