import { getEventListeners } from 'node:events'
import { createRetry } from '@holdfast/retry'
import type { Check } from '../check.ts'
import { heapInUse } from '../heap.ts'
import { createVirtualClock } from '../virtual-clock.ts'

const CALLS = 100_000
const AT_ONCE = 100
// If each call leaked one of the smallest possible objects, the growth would be ten times this limit.
const ALLOWED_KIB = 128

/** Makes calls that fail twice and then succeed, a hundred at a time, all with the same signal. */
export async function retryMemory(): Promise<Check> {
  const { signal } = new AbortController()
  const clock = createVirtualClock()
  const retry = createRetry({ clock })
  let attempts = 0

  async function make(calls: number): Promise<void> {
    for (let made = 0; made < calls; made += AT_ONCE) {
      const answers = Array.from({ length: AT_ONCE }, () =>
        retry(
          async ({ attempt }) => {
            attempts++
            if (attempt < 3) throw Object.assign(new Error('Busy'), { statusCode: 503 })
            return 42
          },
          { signal },
        ),
      )
      await clock.run()
      await Promise.all(answers)
    }
  }

  // The first calls compile the code, which is not a leak.
  await make(CALLS / 10)
  attempts = 0
  const before = heapInUse()
  await make(CALLS)
  const after = heapInUse()

  const grownKiB = (after - before) / 1_024
  const listeners = getEventListeners(signal, 'abort').length
  const count = CALLS.toLocaleString('en').replace(',', ' ')
  return {
    title: `${count} calls that fail twice and then succeed, on virtual time, with one shared signal`,
    findings: [
      { text: `${attempts} attempts, expected ${3 * CALLS}`, holds: attempts === 3 * CALLS },
      {
        text: `heap ${kib(before)} before, ${kib(after)} after: ${grownKiB.toFixed(0)} KiB more, at most ${ALLOWED_KIB} allowed`,
        holds: grownKiB <= ALLOWED_KIB,
      },
      // The signal that was used last keeps one, which the next call under it uses again.
      { text: `${listeners} listeners left on the signal, 1 allowed`, holds: listeners <= 1 },
    ],
  }
}

const kib = (bytes: number): string => `${(bytes / 1_024).toFixed(0)} KiB`
