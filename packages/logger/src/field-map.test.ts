import { thrownBy } from '@holdfast/internal/testing'
import { describe, expect, test } from 'vitest'
import { defaultFields, ecsFields, otelFields } from './field-map.ts'
import { LEVELS, type Level } from './levels.ts'
import { collect, parseLine } from './testing.ts'
import { runWithTrace } from './trace/context.ts'

const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 3, requestId: 'r1' }
const error = Object.assign(new TypeError('Bad'), { code: 5 })
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

test('OpenTelemetry’s', () => {
  const { log, texts } = collect({ name: 'shop', fieldMap: otelFields })
  runWithTrace(trace, () => log.error({ err: error, a: 1 }, 'm'))
  const line = parseLine(texts.join(''))
  expect(line).toEqual({
    timestamp: TIME,
    severity_text: 'ERROR',
    severity_number: 17,
    body: 'm',
    trace_id: trace.traceId,
    span_id: trace.spanId,
    trace_flags: '03',
    request_id: 'r1',
    'service.name': 'shop',
    'exception.type': 'TypeError',
    'exception.message': 'Bad',
    'exception.stacktrace': error.stack,
    'exception.details': { code: 5 },
    a: 1,
  })
  expect(Object.keys(line).slice(0, 4)).toEqual([
    'timestamp',
    'severity_text',
    'severity_number',
    'body',
  ])
})

test('OpenTelemetry’s numbers of the levels are the first of each four', () => {
  const { log, texts } = collect({ level: 'trace', fieldMap: otelFields })
  for (const level of Object.keys(LEVELS) as Level[]) log[level]('m')
  const numbers = texts
    .map(parseLine)
    .map((line) => [line['severity_text'], line['severity_number']])
  expect(numbers).toEqual([
    ['TRACE', 1],
    ['DEBUG', 5],
    ['INFO', 9],
    ['WARN', 13],
    ['ERROR', 17],
    ['FATAL', 21],
  ])
})

test('Elastic’s', () => {
  const { log, texts } = collect({ name: 'shop', fieldMap: ecsFields })
  runWithTrace(trace, () => log.warn(error))
  const line = parseLine(texts.join(''))
  expect(line).toEqual({
    '@timestamp': TIME,
    'log.level': 'warn',
    message: 'Bad',
    'ecs.version': '8.11.0',
    'trace.id': trace.traceId,
    'span.id': trace.spanId,
    'http.request.id': 'r1',
    'service.name': 'shop',
    'error.type': 'TypeError',
    'error.message': 'Bad',
    'error.stack_trace': error.stack,
    'error.details': { code: 5 },
  })
  // The specification of ECS logging asks for this order.
  expect(Object.keys(line).slice(0, 3)).toEqual(['@timestamp', 'log.level', 'message'])
})

test('one’s own', () => {
  const fieldMap = {
    ...defaultFields,
    time: 'ts',
    levels: { trace: 'T', debug: 'D', info: 'I', warn: 'W', error: 'E', fatal: 'F' },
    always: { env: 'te"st' },
  }
  const { log, texts } = collect({ fieldMap })
  log.info(error, 'm')
  log.info({ ts: 1, time: 2, env: 3 }, 'm')
  expect(texts.map(parseLine)).toEqual([
    {
      ts: TIME,
      level: 'I',
      msg: 'm',
      env: 'te"st',
      err: { type: 'TypeError', message: 'Bad', stack: error.stack, code: 5 },
    },
    { ts: TIME, level: 'I', msg: 'm', env: 'te"st', ts_: 1, time: 2, env_: 3 },
  ])
})

describe.each([
  ['otelFields', otelFields, 'exception.type', 'body'],
  ['ecsFields', ecsFields, 'error.type', 'message'],
])('with %s', (_, fieldMap, type, message) => {
  test('fields of the user’s that are called as those of an error get another name', () => {
    const { log, line } = collect({ fieldMap })
    log.child({ [type]: 1 }).error({ err: error, [`${type}_`]: 2, [message]: 3 }, 'm')
    expect(line()).toMatchObject({
      [type]: 'TypeError',
      [`${type}_`]: 1,
      [`${type}__`]: 2,
      [`${message}_`]: 3,
    })
  })

  test('what is no error stays under its name, and an error goes over a child’s', () => {
    const { log, line } = collect({ fieldMap })
    log.error({ err: 'text' }, 'm')
    expect(line()).toMatchObject({ err: 'text' })
    log.child({ err: 'text' }).error(error)
    const written = line()
    expect(written).toMatchObject({ [type]: 'TypeError' })
    expect(written).not.toHaveProperty('err')
  })

  test('an error without fields of its own has no details', () => {
    const { log, line } = collect({ fieldMap })
    log.error(new Error('x'))
    expect(Object.keys(line()).filter((name) => /details/.test(name))).toEqual([])
  })

  test('an error that is its own cause ends', () => {
    const { log, line } = collect({ fieldMap })
    const error = new Error('x')
    error.cause = error
    log.error(error)
    expect(line()[type.replace('type', 'details')]).toEqual({ cause: '[circular]' })
  })

  test.each([{ keys: ['err'] }, { paths: ['err'] }])('an error is kept out by %o', (redact) => {
    const { log, texts, line } = collect({ fieldMap, redact })
    log.error(error, 'm')
    expect(texts.join('')).not.toContain('Bad')
    expect(line()).toMatchObject({ err: '[redacted]' })
  })

  test('parts of an error are kept out by their paths', () => {
    const { log, line } = collect({ fieldMap, redact: { paths: ['err.code'] } })
    log.error(error, 'm')
    expect(line()).toMatchObject({ [type.replace('type', 'details')]: { code: '[redacted]' } })
  })
})

describe('a map is refused', () => {
  const error = { type: 't', message: 'm', stack: 's', details: 'd' }
  const names = '`fieldMap` must be made of names, each its own, that do not end in _, not '
  test.each<[string, object, string]>([
    ['without a name', { time: undefined }, `${names}undefined`],
    ['with an empty one', { spanId: '' }, `${names}""`],
    ['with one that is no text', { level: 5 }, `${names}5`],
    ['with one that ends in _', { message: 'msg_' }, `${names}"msg_"`],
    ['with one that is given twice', { name: 'msg' }, `${names}"msg"`],
    ['with another that is given twice', { traceFlags: 'level' }, `${names}"level"`],
    ['with a number’s name that is none', { severityNumber: null }, `${names}null`],
    ['without a part of an error', { error: { ...error, stack: undefined } }, `${names}undefined`],
    ['with a part that is given twice', { error: { ...error, details: 'msg' } }, `${names}"msg"`],
    ['with a field of all lines that is given twice', { always: { time: 'x' } }, `${names}"time"`],
    ['with a field of all lines that is no text', { always: { env: 5 } }, 'made of texts, not 5'],
    ['with a level that is no text', { levels: { info: 5 } }, 'made of texts, not 5'],
  ])('%s', (_, part, shown) => {
    const fault = thrownBy(() => collect({ fieldMap: { ...defaultFields, ...part } as never }))
    expect(fault).toBeInstanceOf(TypeError)
    expect(String(fault)).toContain(shown)
  })

  test('but not for what it need not have', () => {
    const fieldMap = { ...otelFields, traceFlags: undefined, levels: undefined, error: undefined }
    const { log, line } = collect({ fieldMap })
    runWithTrace(trace, () => log.info(new Error('x'), 'm'))
    const written = line()
    expect(written).toMatchObject({ severity_text: 'info', err: { message: 'x' } })
    expect(written).not.toHaveProperty('trace_flags')
  })
})
