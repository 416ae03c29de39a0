import { Worker } from 'node:worker_threads'
import type { Kind } from './jobs.ts'

/** A thread that runs jobs, controlled from the main thread. */
export interface JobThread {
  readonly worker: Worker
  /** Resolves when the thread is up or has exited. */
  readonly started: Promise<void>
  /** Whether the thread accepts jobs. */
  readonly isOpen: () => boolean
  /** Runs a job. Rejects if the thread exits before the job is done. */
  run(kind: Kind): Promise<void>
  /** Resolves when the thread has exited. */
  readonly gone: Promise<void>
}

/** The message that starts a job, and the message that reports its end. */
export interface Job {
  readonly type: 'job' | 'job.done'
  readonly id: number
  readonly kind: Kind
}

export function startJobThread(): JobThread {
  const worker = new Worker(new URL('./worker-thread.mjs', import.meta.url))
  const jobs = new Map<number, Pending>()
  let lastId = 0
  let state: 'starting' | 'open' | 'closed' = 'starting'

  worker.on('message', (message: Partial<Job>) => {
    if (message.type !== 'job.done' || message.id === undefined) return
    jobs.get(message.id)?.resolve()
    jobs.delete(message.id)
  })
  // Without a listener, an uncaught error in the thread would end the process.
  worker.on('error', (error) => console.error(error))
  const gone = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      state = 'closed'
      for (const { reject } of jobs.values())
        reject(new Error('The thread exited before the job was done'))
      resolve()
    })
  })

  const up = new Promise<void>((resolve) => {
    worker.once('message', () => {
      if (state === 'starting') state = 'open'
      resolve()
    })
  })

  return {
    worker,
    started: Promise.race([up, gone]),
    isOpen: () => state === 'open',
    run(kind) {
      if (kind === 'leave') state = 'closed'
      lastId += 1
      const id = lastId
      const done = new Promise<void>((resolve, reject) => jobs.set(id, { resolve, reject }))
      worker.postMessage({ type: 'job', id, kind } satisfies Job)
      return done
    },
    gone,
  }
}

interface Pending {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}
