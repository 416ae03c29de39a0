import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type JobThread, startJobThread } from './job-thread.ts'
import { isKind } from './jobs.ts'
import { GRACE_MS, type Pool, type PoolOptions, REPLACE_AFTER_MS } from './pool.ts'
import { watchWorkerThread } from './worker-threads-metrics.ts'

/** Starts threads and distributes jobs among them, round robin. Resolves when all of them are up. */
export async function startThreadsPool({ workers, port, fleet }: PoolOptions): Promise<Pool> {
  const threads = new Set<JobThread>()
  let stopping = false

  async function start(): Promise<void> {
    if (stopping) return
    const thread = startJobThread()
    threads.add(thread)
    watchWorkerThread(fleet, thread.worker)
    thread.gone.then(() => {
      threads.delete(thread)
      setTimeout(start, REPLACE_AFTER_MS).unref()
    })
    await thread.started
  }
  await Promise.all(Array.from({ length: workers }, start))

  const server = createServer(async (request, response) => {
    const kind = request.url?.slice(1) ?? ''
    response.setHeader('connection', 'close')
    if (!isKind(kind)) return void response.writeHead(404).end()
    const thread = [...threads].find(({ isOpen }) => isOpen())
    if (thread === undefined) return void response.writeHead(503).end()
    // Moves the thread to the end of the round-robin order.
    threads.delete(thread)
    threads.add(thread)
    await thread.run(kind).then(
      () => response.end(String(thread.worker.threadId)),
      () => response.writeHead(502).end(),
    )
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      stopping = true
      server.close()
      await Promise.all([...threads].map(end))
    },
  }
}

async function end({ worker, run, gone }: JobThread): Promise<void> {
  const timer = setTimeout(() => worker.terminate(), GRACE_MS)
  run('leave').catch(() => {})
  await gone
  clearTimeout(timer)
}
