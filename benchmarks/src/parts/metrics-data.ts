/** The data that is written to the metrics of every library. */
export const help = 'Requests.'
export const labelNames = ['method', 'route', 'status'] as const
/** The default buckets of all libraries except OpenTelemetry, which is configured with them. */
export const BUCKETS: number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const methods = ['GET', 'POST']
const routes = Array.from({ length: 20 }, (_, index) => `/things/:id/${index}`)
const statuses = [200, 404, 500]
// Fractions of a second whose sums have no rounding errors.
const seconds = Array.from({ length: 1024 }, (_, index) => ((index * 389) % 1024) / 256)

export type Labels = {
  readonly method: string
  readonly route: string
  readonly status: number
}

/** The labels of the handles. */
export const FIRST: Labels = { method: 'GET', route: '/things/:id/0', status: 200 }

/** A new object for each call, as in a request handler. */
export const labelsAt = (at: number): Labels => ({
  method: methods[at % methods.length] as string,
  route: routes[at % routes.length] as string,
  status: statuses[at % statuses.length] as number,
})

export const secondsAt = (at: number): number => seconds[at % seconds.length] as number
