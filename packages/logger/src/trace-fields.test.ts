import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { otelFields } from './field-map.ts'
import { collect, parseLine } from './testing.ts'
import { newTrace, nextSpan, runWithTrace } from './trace/context.ts'

test('lines within a trace carry it, before the fields; those outside carry none', () => {
  const { log, texts } = collect({ name: 'shop' })
  const trace = newTrace({ requestId: 'r"1' })
  log.info('before')
  runWithTrace(trace, () => log.child({ a: 1 }).info('within', { b: 2 }))
  log.info('after')
  const [before, within, after] = texts.map(parseLine)
  expect(Object.entries(within ?? {}).slice(3)).toEqual([
    ['trace_id', trace.traceId],
    ['span_id', trace.spanId],
    ['request_id', 'r"1'],
    ['name', 'shop'],
    ['a', 1],
    ['b', 2],
  ])
  for (const line of [before, after]) {
    expect(Object.keys(line ?? {})).toEqual(['time', 'level', 'msg', 'name'])
  }
})

test('a trace without a request’s id has none', () => {
  const { log, line } = collect()
  runWithTrace(newTrace(), () => log.info('m'))
  expect(Object.keys(line())).toEqual(['level', 'msg', 'trace_id', 'span_id'])
})

test('flags are two digits, those that are known', () => {
  const { log, texts } = collect({ fieldMap: otelFields })
  for (const flags of [0, 1, 2, 3, 255]) {
    runWithTrace({ ...newTrace(), flags }, () => log.info('m'))
  }
  const written = texts.map((text) => parseLine(text)['trace_flags'])
  expect(written).toEqual(['00', '01', '02', '03', '03'])
})

test('what is current is written, as it changes from line to line', () => {
  const { log, texts } = collect()
  const [outer, other] = [newTrace({ requestId: 'a' }), newTrace()]
  const inner = nextSpan(outer)
  runWithTrace(outer, () => {
    log.info('m')
    runWithTrace(inner, () => log.info('m'))
    runWithTrace(undefined, () => log.info('m'))
    runWithTrace(other, () => log.info('m'))
    log.info('m')
  })
  const ids = texts.map(parseLine).map((line) => [line['span_id'], line['request_id']])
  expect(ids).toEqual([
    [outer.spanId, 'a'],
    [inner.spanId, 'a'],
    [undefined, undefined],
    [other.spanId, undefined],
    [outer.spanId, 'a'],
  ])
})

test('of many that go on at once none gets into another’s lines', async () => {
  const { log, texts } = collect()
  const child = log.child({})
  const traces = Array.from({ length: 50 }, (_, index) => newTrace({ requestId: `r${index}` }))
  await Promise.all(
    traces.map((trace, index) =>
      runWithTrace(trace, async () => {
        for (let turn = 0; turn < 10; turn++) {
          child.info('m', { index })
          if ((turn + index) % 3 === 0) await setImmediate()
          else await null
        }
      }),
    ),
  )
  log.info('after')
  const lines = texts.map(parseLine)
  expect(lines.pop()).not.toHaveProperty('trace_id')
  expect(lines).toHaveLength(500)
  for (const line of lines) {
    const trace = traces[line['index'] as number]
    expect(line).toMatchObject({
      trace_id: trace?.traceId,
      span_id: trace?.spanId,
      request_id: trace?.requestId,
    })
  }
})
