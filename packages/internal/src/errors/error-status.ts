import { readProperty } from '../read-property.ts'

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
