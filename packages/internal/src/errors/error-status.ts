import { readPath } from '../read-property.ts'

/** Where libraries put the HTTP status: a path of property names. */
const PLACES: readonly (readonly string[])[] = [
  ['$metadata', 'httpStatusCode'], // AWS SDK
  ['statusCode'], // Node, Holdfast
  ['status'], // fetch wrappers, OpenAI, Anthropic
  ['response', 'status'], // axios
  ['response', 'statusCode'], // got
  ['output', 'statusCode'], // Boom
]

/** The HTTP status that an error carries, wherever its library puts it. */
export function errorStatus(error: unknown): number | undefined {
  return PLACES.map((place) => readPath(error, place)).find(isStatus)
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 100 && value <= 599
}
