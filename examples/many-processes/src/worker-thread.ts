// The program of each thread.
import { parentPort } from 'node:worker_threads'
import { createRegistry } from '@holdfast/metrics'
import type { Job } from './job-thread.ts'
import { createJobs } from './jobs.ts'
import { isSnapshotRequest } from './messages.ts'
import { createReporter } from './report-metrics.ts'

const registry = createRegistry()
const run = createJobs(registry)
const reporter = createReporter(registry, (message) => parentPort?.postMessage(message))
const inProgress = new Set<Promise<void>>()

async function perform(job: Job): Promise<void> {
  await run(job.kind)
  parentPort?.postMessage({ ...job, type: 'job.done' } satisfies Job)
}

async function leave(): Promise<void> {
  await Promise.all(inProgress)
  await reporter.reportFinal()
  // Without an open port, the thread has nothing left to do and exits.
  parentPort?.close()
}

parentPort?.on('message', async (message: Job) => {
  if (isSnapshotRequest(message)) return reporter.report()
  const done = perform(message)
  inProgress.add(done)
  await done
  inProgress.delete(done)
  if (message.kind === 'leave') await leave()
})
await reporter.report()
