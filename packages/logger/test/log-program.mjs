// Programs that log, as users write them, on the built package. `destinations.test.ts` runs them, each in a process of its
// own. The lines go where the program says; what the program tells besides goes to the standard error output.
import { writeFileSync, writeSync } from 'node:fs'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { createLogger } from '@holdfast/logger'
import { fileDestination } from '@holdfast/logger/node'

const [name, ...options] = isMainThread ? process.argv.slice(2) : workerData
/** More than a pipe holds. */
const MANY = 1000
const text = 'x'.repeat(1000)

const tell = (value) => writeSync(2, `${JSON.stringify(value)}\n`)

/** What the reader of a pipe does not take at once is refused from now on, as it is to all that use the standard output. */
const makeNonBlocking = () => process.stdout.writable

const logMany = (log) => {
  for (let number = 0; number < MANY; number++) log.info({ number, text }, 'm')
}

const destinations = {
  default: () => undefined,
  gathered: () => fileDestination({ bufferLength: 10_000, maxWaiting: 10_000_000 }),
  'gathered for long': () =>
    fileDestination({ bufferLength: 1e7, maxWaiting: 1e7, flushIntervalMs: 1e6 }),
  stdout: () => process.stdout,
}
const endings = {
  'at its end': () => {},
  'process.exit': () => process.exit(),
  'uncaught exception': () => {
    throw new Error('Uncaught')
  },
  'unhandled rejection': () => void Promise.reject(new Error('Unhandled')),
  'fatal and killed': (log) => {
    log.fatal('last')
    process.kill(process.pid, 'SIGKILL')
  },
}

const programs = {
  end(destination, ending) {
    makeNonBlocking()
    const log = createLogger({ destination: destinations[destination]() })
    logMany(log)
    endings[ending](log)
  },

  /** Writes the file `signal` when its timer has fired five times: only then does its reader read. */
  async flush(signal) {
    makeNonBlocking()
    const log = createLogger({ destination: destinations.gathered() })
    logMany(log)
    let ticks = 0
    const timer = setInterval(() => {
      if (++ticks === 5) writeFileSync(signal, '')
    }, 5)
    await log.flush()
    clearInterval(timer)
    tell({ ticks })
    process.kill(process.pid, 'SIGKILL')
  },

  worker(destination, ending) {
    if (isMainThread) {
      const worker = new Worker(new URL(import.meta.url), { workerData: [name, ...options] })
      worker.on('error', () => {})
    } else {
      const log = createLogger({ destination: destinations[destination]() })
      logMany(log)
      endings[ending](log)
    }
  },

  /** Whose reader never reads. */
  stuck(bufferLength) {
    makeNonBlocking()
    const start = performance.now()
    let told = 0
    const destination = fileDestination({
      bufferLength: Number(bufferLength),
      maxWaiting: 100_000,
      onEvent: ({ count }) => {
        told += count
      },
    })
    logMany(createLogger({ destination }))
    tell({ dropped: destination.dropped, events: told, ms: performance.now() - start })
  },

  /** Whose reader has gone. */
  async gone() {
    const events = []
    const onEvent = ({ count, reason, error }) => events.push({ count, reason, code: error.code })
    const destination = fileDestination({ onEvent })
    const log = createLogger({ destination })
    await new Promise((resolve) => setTimeout(resolve, 300))
    log.info('m')
    log.fatal('m')
    await log.flush()
    tell(events)
  },

  async fails(path, fd) {
    const events = []
    const onEvent = ({ count, reason, error }) => events.push({ count, reason, code: error.code })
    for (const bufferLength of [0, 1000]) {
      const file = path ? { path } : { fd: Number(fd) }
      const destination = fileDestination({ ...file, bufferLength, onEvent })
      const log = createLogger({ destination })
      log.info('m')
      log.info('m')
      await log.flush()
      destination.close()
    }
    tell(events)
  },

  append(path) {
    const log = createLogger({ name: String(process.pid), destination: fileDestination({ path }) })
    logMany(log)
  },
}

await programs[name](...options)
