import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { watchClusterWorker } from './cluster-metrics.ts'
import { GRACE_MS, type Pool, type PoolOptions, REPLACE_AFTER_MS } from './pool.ts'

/** Starts processes that share a port. Resolves when all of them are listening. */
export async function startClusterPool({ workers, port, fleet }: PoolOptions): Promise<Pool> {
  let stopping = false
  const exec = fileURLToPath(new URL('./cluster-worker.ts', import.meta.url))
  cluster.setupPrimary({ exec, args: [String(port)] })

  function start(): void {
    if (!stopping) watchClusterWorker(fleet, cluster.fork())
  }
  cluster.on('exit', () => void setTimeout(start, REPLACE_AFTER_MS).unref())
  for (let n = 0; n < workers; n++) start()

  let shared = 0
  for (let n = 0; n < workers; n++) {
    const [, address] = await once(cluster, 'listening')
    shared = address.port
  }
  return {
    port: shared,
    async stop() {
      stopping = true
      await Promise.all(Object.values(cluster.workers ?? {}).map(end))
    },
  }
}

async function end(worker: Worker | undefined): Promise<void> {
  if (worker === undefined || worker.isDead()) return
  const gone = once(worker, 'exit')
  const timer = setTimeout(() => worker.process.kill('SIGKILL'), GRACE_MS)
  worker.process.kill('SIGTERM')
  await gone
  clearTimeout(timer)
}
