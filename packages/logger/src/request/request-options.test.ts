import { thrownBy } from '@holdfast/internal/testing'
import { expect, test } from 'vitest'
import { requestLogger } from './request-logger.ts'
import { collectLines, collectMetrics } from './testing.ts'

const { logger } = collectLines()

test.each([
  [{ logger: undefined }, TypeError, '`logger.info` must be a function, not undefined'],
  [{ logger: { info: () => {} } }, TypeError, '`logger.warn`'],
  [{ registry: null }, TypeError, '`registry.counter` must be a function'],
  [{ registry: { counter: () => {} } }, TypeError, '`registry.histogram`'],
  [{ maxRoutes: 0 }, RangeError, '`maxRoutes` must be an integer of 1 or more, not 0'],
  [{ maxRoutes: 1.5 }, RangeError, '`maxRoutes`'],
  [{ maxRoutes: '9' }, TypeError, '`maxRoutes`'],
  [{ route: '/' }, TypeError, '`route` must be a function, not "/"'],
  [{ ignore: /health/ }, TypeError, '`ignore`'],
  [{ level: 'info' }, TypeError, '`level`'],
  [{ trustRequestId: 'no' }, TypeError, '`trustRequestId` must be true or false'],
  [{ trustTrace: 0 }, TypeError, '`trustTrace`'],
  [{ serverTiming: 1 }, TypeError, '`serverTiming`'],
  [{ requestIdHeader: '' }, TypeError, '`requestIdHeader` must be the name of a header, not ""'],
  [{ requestIdHeader: 'x id' }, TypeError, '`requestIdHeader`'],
  [{ requestIdHeader: 'x-id\n' }, TypeError, '`requestIdHeader`'],
  [{ requestIdHeader: null }, TypeError, '`requestIdHeader`'],
  [{ headers: 'user-agent' }, TypeError, '`headers` must be a list of names, not "user-agent"'],
  [{ headers: ['a', 'b:'] }, TypeError, '`headers` must be the name of a header, not "b:"'],
  [{ headers: [5] }, TypeError, '`headers`'],
])('%o is refused', (options, errorClass, shown) => {
  const error = thrownBy(() => requestLogger({ logger, ...options } as never))
  expect(error).toBeInstanceOf(errorClass)
  expect(String(error)).toContain(shown)
})

test('`undefined` is the default', () => {
  const { registry, asked } = collectMetrics()
  requestLogger({
    logger,
    registry,
    buckets: undefined,
    maxRoutes: undefined,
    route: undefined,
    requestIdHeader: undefined,
    trustRequestId: undefined,
    trustTrace: undefined,
    serverTiming: undefined,
    headers: undefined,
    ignore: undefined,
    level: undefined,
    clock: undefined,
  })
  expect(asked).toMatchObject([
    {},
    { buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] },
  ])
})

test('what the registry does not take comes through', () => {
  const fault = new RangeError('`buckets`')
  const registry = {
    ...collectMetrics().registry,
    histogram: () => {
      throw fault
    },
  }
  expect(thrownBy(() => requestLogger({ logger, registry }))).toBe(fault)
})
