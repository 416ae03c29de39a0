import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Done here so that the benchmarks start without a flag of Node's.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is in use once all garbage is gone, in bytes: the heap, and the buffers beside it. */
export function heapInUse(): number {
  // What the first collection only marks as unreachable, such as code that is no longer used, goes with a later one.
  for (let times = 0; times < 3; times++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
