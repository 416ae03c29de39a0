import type { Registry, RegistrySnapshot } from '@holdfast/metrics'
import { expect, test } from 'vitest'
import type { SnapshotMessage } from '../src/messages.ts'
import { createReporter } from '../src/report-metrics.ts'

test('the final snapshot is complete even if another snapshot is in progress', async () => {
  let counted = 0
  let underWay: Promise<RegistrySnapshot> | undefined
  // Behaves like a registry: a request during a snapshot gets the result of that snapshot.
  const snapshot = () => {
    const taken = { version: 1, families: [], counted } as RegistrySnapshot
    underWay ??= new Promise((resolve) => setImmediate(resolve, taken))
    return underWay.finally(() => {
      underWay = undefined
    })
  }
  const sent: SnapshotMessage[] = []
  const reporter = createReporter({ snapshot } as Registry, (message) => void sent.push(message))
  const scraped = reporter.report()
  counted = 1
  await Promise.all([scraped, reporter.reportFinal()])
  expect(sent.map(({ snapshot }) => snapshot)).toMatchObject([{ counted: 0 }, { counted: 1 }])
})
