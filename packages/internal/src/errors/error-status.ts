import { readPath } from '../read-property.ts'

/** Where libraries put the HTTP status: AWS SDK; Node and Holdfast; OpenAI and Anthropic; axios; got; Boom. */
const PLACES = [
  '$metadata.httpStatusCode',
  'statusCode',
  'status',
  'response.status',
  'response.statusCode',
  'output.statusCode',
]

/** The HTTP status that an error carries, wherever its library puts it. */
export function errorStatus(error: unknown): number | undefined {
  return PLACES.map((place) => readPath(error, place)).find(isStatus)
}

function isStatus(value: unknown): value is number {
  return typeof value === 'number' && value >= 100 && value <= 599
}
