import { setImmediate } from 'node:timers/promises'
import { type Renderer, renderers } from './metrics-renderers.ts'

/** What to render, and with which library. */
export interface RenderJob {
  /** The index in `renderers`. */
  readonly renderer: number
  /** A random number from 0 to 1, the same for all libraries. */
  readonly randoms: readonly number[]
  /** Whether values are whole numbers, and durations whole milliseconds. */
  readonly isWhole: boolean
}

/** The requested measurement: the time, the longest block of the event loop, or the rendered text. */
export type RenderAsked = 'ms' | 'blockMs' | 'text'

/** The number of metrics of each type, with a thousand series each. A histogram series has 14 lines. */
const METRICS = { counter: 5, gauge: 5, histogram: 2 }

const series = Array.from({ length: 1000 }, (_, index) => ({
  method: index % 200 < 100 ? 'GET' : 'POST',
  route: `/things/:id/${index % 100}`,
  status: 200 + Math.floor(index / 200),
}))

/** Creates the metrics of a job and the functions that measure their rendering. */
function begin({ renderer, randoms, isWhole }: RenderJob) {
  const { counter, gauge, histogram, render } = (renderers[renderer] as () => Renderer)()
  const make = <T>(count: number, create: (name: string) => T, name: string): T[] =>
    Array.from({ length: count }, (_, index) => create(`${name}_${index}_total`))
  const writes = [
    ...make(METRICS.counter, counter, 'counter'),
    ...make(METRICS.gauge, gauge, 'gauge'),
  ]
  const observes = make(METRICS.histogram, histogram, 'histogram')

  let drawn = 0
  /** Returns a number up to a thousand. */
  const draw = (): number => {
    const value = (randoms[drawn++ % randoms.length] as number) * 1000
    return isWhole ? Math.floor(value) : value
  }
  /** Writes to each series, as a service does between scrapes. */
  const write = (): void => {
    for (const labels of series) {
      // A new object for each write, as in a request handler.
      for (const set of writes) set({ ...labels }, draw())
      for (const observe of observes) observe({ ...labels }, draw() / 1000)
    }
  }
  return {
    async ms() {
      write()
      const start = performance.now()
      await render()
      return performance.now() - start
    },
    blockMs() {
      write()
      return longestBlock(render)
    },
    text: render,
  }
}

/** The longest time between two turns of the event loop while it works. */
async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let isDone = false
  let longest = 0
  const watch = async () => {
    for (let last = performance.now(), now = last; !isDone; last = now) {
      await setImmediate()
      now = performance.now()
      longest = Math.max(longest, now - last)
    }
  }
  const watching = watch()
  await work()
  isDone = true
  await watching
  return longest
}

process.once('message', (job: RenderJob) => {
  const measures = begin(job)
  process.on('message', async (asked: RenderAsked) => {
    process.send?.(await measures[asked]())
  })
})
