// A program that tells of itself, as its users write one, on the built package. `process-metrics.test.ts` runs it, for
// one thing at a time.
import { openSync } from 'node:fs'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { createRegistry } from '@holdfast/metrics'

/** How many of Node's measurements are on. */
const on = { eventLoop: 0, gc: 0 }
const probe = monitorEventLoopDelay()
watch(Object.getPrototypeOf(probe), 'eventLoop', 'enable', 'disable')
watch(PerformanceObserver.prototype, 'gc', 'observe', 'disconnect')
const { collectProcessMetrics } = await import('@holdfast/metrics/process')
const atImport = { ...on, resources: process.getActiveResourcesInfo() }

const registry = createRegistry()

const programs = {
  /** Has nothing left to do, with all on. */
  async exit() {
    collectProcessMetrics(registry)
    return { metrics: await values(), on }
  },

  async stop() {
    const states = [atImport]
    for (let times = 0; times < 2; times++) {
      const started = collectProcessMetrics(registry)
      states.push({ ...on, resources: process.getActiveResourcesInfo() })
      started.stop()
      started.stop()
      states.push({ ...on, resources: process.getActiveResourcesInfo() })
    }
    collectProcessMetrics(registry)
    collectProcessMetrics(registry)
    // Held until now, as Node counts it among the resources.
    return { states, twice: on, probe: probe.count }
  },

  async usage() {
    collectProcessMetrics(registry)
    const rounds = []
    for (let times = 0; times < 3; times++) {
      const before = cpuSeconds()
      const metrics = await values()
      rounds.push({ before, metrics, after: cpuSeconds() })
      block(50)
      for (let files = 0; files < 5; files++) openSync(process.execPath)
    }
    return rounds
  },

  async lag() {
    collectProcessMetrics(registry)
    await setTimeout(200)
    block(400)
    await setTimeout(200)
    return await values()
  },

  async gc() {
    collectProcessMetrics(registry)
    for (let times = 0; times < 3; times++) globalThis.gc()
    await setTimeout(50)
    return await values()
  },
}

console.log(JSON.stringify(await programs[process.argv[2]]()))

/** The value of each sample of one series, or by its labels. */
async function values() {
  const lines = (await registry.render())
    .split('\n')
    .filter((line) => /^(process|nodejs)_/.test(line))
  return Object.fromEntries(
    lines.map((line) => line.split(' ')).map(([name, value]) => [name, Number(value)]),
  )
}

function cpuSeconds() {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function block(ms) {
  const end = performance.now() + ms
  while (performance.now() < end);
}

function watch(prototype, what, begin, end) {
  const original = { [begin]: prototype[begin], [end]: prototype[end] }
  prototype[begin] = function (...given) {
    on[what] += 1
    return original[begin].apply(this, given)
  }
  prototype[end] = function (...given) {
    on[what] -= 1
    return original[end].apply(this, given)
  }
}
