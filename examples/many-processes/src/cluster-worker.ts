// The program of each process in the cluster.
import { createServer } from 'node:http'
import { createRegistry } from '@holdfast/metrics'
import { createJobs, isKind } from './jobs.ts'
import { isSnapshotRequest } from './messages.ts'
import { createReporter } from './report-metrics.ts'

const registry = createRegistry()
const run = createJobs(registry)
const reporter = createReporter(
  registry,
  (message) =>
    // Resolves even if the send fails, because then the primary is gone and nobody needs the error.
    new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve())),
)
process.on('message', (message) => {
  if (isSnapshotRequest(message)) void reporter.report()
})

const server = createServer(async (request, response) => {
  const kind = request.url?.slice(1) ?? ''
  // Closes the connection, so that the client's next request may reach another worker.
  response.setHeader('connection', 'close')
  if (!isKind(kind)) return void response.writeHead(404).end()
  await run(kind)
  response.end(String(process.pid))
  if (kind === 'leave') leave()
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => void reporter.report())

let leaving = false
async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  await new Promise((resolve) => server.close(resolve))
  await reporter.reportFinal()
  process.disconnect()
}
process.on('SIGTERM', leave)
// A terminal sends Ctrl-C to all its processes. Only the primary handles it, and stops the workers.
process.on('SIGINT', () => {})
