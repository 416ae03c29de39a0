import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Set here so that users need no Node flag to start the benchmarks.
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** The bytes in use after garbage collection: the heap and its external buffers. */
export function heapInUse(): number {
  // Some objects, such as unused code, are only marked by the first collection and freed by a later one.
  for (let times = 0; times < 3; times++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
