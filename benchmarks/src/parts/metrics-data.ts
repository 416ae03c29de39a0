/** What is written to metrics, the same for all libraries. */
export const help = 'Requests.'
export const labelNames = ['method', 'route', 'status'] as const
/** The default of all but OpenTelemetry, which is given it. */
export const BUCKETS: number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const methods = ['GET', 'POST']
const routes = Array.from({ length: 20 }, (_, index) => `/things/:id/${index}`)
const statuses = [200, 404, 500]
// Parts of a second of which any sum is exact.
const seconds = Array.from({ length: 1024 }, (_, index) => ((index * 389) % 1024) / 256)

export type Labels = {
  readonly method: string
  readonly route: string
  readonly status: number
}

/** Those of a handle. */
export const FIRST: Labels = { method: 'GET', route: '/things/:id/0', status: 200 }

/** A new object for each call, as a request handler has. */
export const labelsAt = (at: number): Labels => ({
  method: methods[at % methods.length] as string,
  route: routes[at % routes.length] as string,
  status: statuses[at % statuses.length] as number,
})

export const secondsAt = (at: number): number => seconds[at % seconds.length] as number
