// What each process of the cluster runs.
import { createServer } from 'node:http'
import { createRegistry } from '@holdfast/metrics'
import { createJobs, isKind } from './jobs.ts'
import { isAsk } from './messages.ts'
import { createReporter } from './report-metrics.ts'

const registry = createRegistry()
const run = createJobs(registry)
const reporter = createReporter(
  registry,
  (message) =>
    // Even when nobody listens any more: then there is nobody to tell of it either.
    new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve())),
)
process.on('message', (message) => {
  if (isAsk(message)) void reporter.tell()
})

const server = createServer(async (request, response) => {
  const kind = request.url?.slice(1) ?? ''
  // The next one may go to another worker.
  response.setHeader('connection', 'close')
  if (!isKind(kind)) return void response.writeHead(404).end()
  await run(kind)
  response.end(String(process.pid))
  if (kind === 'leave') leave()
})
server.listen(Number(process.argv[2]), '127.0.0.1', () => void reporter.tell())

let leaving = false
async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  await new Promise((resolve) => server.close(resolve))
  await reporter.tellLast()
  process.disconnect()
}
process.on('SIGTERM', leave)
// Ctrl-C goes to all processes of a terminal, and it is the primary that decides.
process.on('SIGINT', () => {})
