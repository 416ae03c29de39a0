import { createFlags, createMatcher, defineFlags, type FlagSource } from '@holdfast/feature-flags'
import type { Check } from '../check.ts'
import { compareAnswers } from '../compare-answers.ts'
import { heapInUse } from '../heap.ts'
import type { Part } from '../part.ts'
import { createFlagPeers } from './feature-flags-peers.ts'

/** Unique ids of realistic length. */
const keys = Array.from({ length: 10_000 }, (_, index) => `user-${String(index).padStart(8, '0')}`)
const users = keys.map((targetingKey) => ({ targetingKey }))
const peers = await createFlagPeers(keys)

const definitions = defineFlags({
  plain: { type: 'boolean', default: false },
  rollout: { type: 'boolean', default: false },
  other: { type: 'boolean', default: false },
})
const source: FlagSource = {
  name: 'memory',
  start(host) {
    host.publish(
      new Map([
        ['plain', { value: true }],
        ['rollout', { value: false, rules: [{ percentage: 50, value: true }] }],
      ]),
      createMatcher,
    )
    return { reload() {}, close() {} }
  },
}
const flags = createFlags({ flags: definitions, sources: [source] })
/** Has an override that expires, so that each evaluation reads the clock. */
const ending = createFlags({ flags: definitions, sources: [source] })
ending.override('other', true, { ttlMs: 86_400_000 })

/** Few enough that no garbage collection occurs during the calls, whatever they allocate. */
const CALLS = 100_000

/** Checks that evaluating a flag without rules allocates nothing. */
async function allocations(): Promise<Check> {
  const asked = { get: () => flags.get('plain'), evaluate: () => flags.evaluate('plain') }
  const findings = Object.entries(asked).map(([name, ask]) => {
    const bytes = allocatedBy(ask)
    const text = `${name}: ${bytes.toFixed(2)} bytes per call, over ${CALLS} calls`
    return { text, holds: bytes < 1 }
  })
  return { title: 'Memory allocated by evaluating a flag that is on for everybody', findings }
}

/** Kept so that the compiler cannot remove the calls as unused. */
const sink: { answer: unknown } = { answer: undefined }

function allocatedBy(ask: () => unknown): number {
  const run = () => {
    for (let made = 0; made < CALLS; made++) sink.answer = ask()
  }
  // Runs until the code is compiled.
  for (let times = 0; times < 10; times++) run()
  heapInUse()
  const before = process.memoryUsage().heapUsed
  run()
  return (process.memoryUsage().heapUsed - before) / CALLS
}

export const featureFlagsPart: Part = {
  comparisons: [],
  tables: [
    () =>
      compareAnswers({
        title: 'A flag that is on for everybody',
        yes: 1,
        ours: [
          { name: 'get', ask: () => flags.get('plain') },
          { name: 'evaluate', ask: () => flags.evaluate('plain').value },
          { name: 'get, with an override that expires', ask: () => ending.get('plain') },
        ],
        peers: peers.plain,
        target: { ratio: 0.5, nanoseconds: 60, first: 1 },
      }),
    () =>
      compareAnswers({
        title: 'A flag that is on for half of the users',
        yes: 0.5,
        ours: [
          {
            name: 'evaluate',
            ask: (at) => flags.evaluate('rollout', users[at % users.length]).value,
          },
          { name: 'get', ask: (at) => flags.get('rollout', users[at % users.length]) },
        ],
        peers: peers.rollout,
        target: { ratio: 0.4, of: 'unleash-client', first: 2 },
      }),
  ],
  checks: [allocations],
  async close() {
    flags.close()
    ending.close()
    await peers.close()
  },
}
