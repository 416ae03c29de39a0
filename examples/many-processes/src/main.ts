// Serves the metrics of many workers on one endpoint. The workers are processes (`--form cluster`) or threads (`--form threads`).
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import { createMetricsHandler, createRegistry } from '@holdfast/metrics'
import { toNodeListener } from '@holdfast/metrics/node'
import { startClusterPool } from './cluster-pool.ts'
import { createFleetMetrics } from './fleet-metrics.ts'
import { startThreadsPool } from './threads-pool.ts'

const { values } = parseArgs({
  options: {
    form: { type: 'string', default: 'cluster' },
    workers: { type: 'string', default: '3' },
    'work-port': { type: 'string', default: '8080' },
    'metrics-port': { type: 'string', default: '9464' },
    'timeout-ms': { type: 'string', default: '1000' },
  },
})

const fleet = createFleetMetrics(createRegistry(), {
  timeoutMs: Number(values['timeout-ms']),
  onLate: (worker) => console.error(`${worker} did not answer the scrape in time`),
})
const forms = new Map([
  ['cluster', startClusterPool],
  ['threads', startThreadsPool],
])
const startPool = forms.get(values.form)
if (startPool === undefined) throw new TypeError('--form must be "cluster" or "threads"')
const pool = await startPool({
  workers: Number(values.workers),
  port: Number(values['work-port']),
  fleet,
})
const server = createServer(toNodeListener(createMetricsHandler(fleet)))
server.listen(Number(values['metrics-port']), '127.0.0.1')
await once(server, 'listening')

console.log(`work     http://127.0.0.1:${pool.port}/mail, and /hang, /crash, /leave`)
console.log(`metrics  http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)

async function stop(): Promise<void> {
  // The metrics stay available until all workers have stopped.
  await pool.stop()
  server.close()
  server.closeAllConnections()
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
