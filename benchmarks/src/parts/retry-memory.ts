import { getEventListeners } from 'node:events'
import { createRetry } from '@holdfast/retry'
import type { Check } from '../check.ts'
import { heapInUse } from '../heap.ts'
import { createVirtualClock } from '../virtual-clock.ts'

const CALLS = 100_000
const AT_ONCE = 100
// One object left behind by each call, of the smallest there are, would take ten times as much.
const ALLOWED_KIB = 128

/** Calls that fail twice and then succeed, a hundred at a time, all under one signal. */
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

  // What is compiled and kept by the first calls is no leak.
  await make(CALLS / 10)
  attempts = 0
  const before = heapInUse()
  await make(CALLS)
  const after = heapInUse()

  const grownKiB = (after - before) / 1_024
  const listeners = getEventListeners(signal, 'abort').length
  const count = CALLS.toLocaleString('en').replace(',', ' ')
  return {
    title: `${count} calls that fail twice and then succeed, on virtual time, under one signal`,
    findings: [
      { text: `${attempts} attempts, of ${3 * CALLS}`, holds: attempts === 3 * CALLS },
      {
        text: `heap ${kib(before)} before, ${kib(after)} after: ${grownKiB.toFixed(0)} KiB more, at most ${ALLOWED_KIB} allowed`,
        holds: grownKiB <= ALLOWED_KIB,
      },
      { text: `${listeners} listeners left on the signal, of 0`, holds: listeners === 0 },
    ],
  }
}

const kib = (bytes: number): string => `${(bytes / 1_024).toFixed(0)} KiB`
