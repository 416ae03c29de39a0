import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { otelFields } from './field-map.ts'
import { anyName, collect, type Maker } from './testing.ts'

const PLANTED = 'PL4NT3D'

const words = (text: string): string[] => text.trim().split(/\s+/)

/** Names under which things are kept out, and how people write them. */
const SECRET_NAMES = [
  ...words(`
    authorization Authorization AUTHORIZATION proxy-authorization authorizationHeader auth
    cookie Cookie cookies set-cookie Set-Cookie cookieHeader sessionCookie
    token access_token accessToken refreshToken id_token csrf-token X-CSRF-Token
    sessionToken session_token x-amz-security-token AWS_SESSION_TOKEN bearerToken
    AWS_BEARER_TOKEN_BEDROCK bearer jwt JWT userJwt
    password passwordHash newPassword PASSWORD passwd pwd userPwd passcode passphrase pass_phrase
    secret clientSecret client_secret SECRET_KEY secrets credential credentials X-Amz-Credential
    aws_secret_access_key secretAccessKey accessKeyId AWS_ACCESS_KEY_ID access-key
    apiKey api_key x-api-key X-API-Key apikeys privateKey private_key PRIVATE-KEY
    signingKey encryption_key client.secret rawHeaders _header`),
  'api key',
]

/** Names that look like them, and are what one looks for in a log. */
const OPEN_NAMES = words(`
  inputTokens outputTokens totalTokens maxTokens max_tokens cacheReadInputTokens tokens tokenCount
  token_usage tokenizer key keys keyId primaryKey author authority authorized requiresAuth oauth
  header headers user email requestId pass passed compass session traceId accessed hockey monkeys`)

/** Whether what is planted by this is in the line. */
const leaks = (given: unknown, options = {}): boolean => {
  const { log, texts } = collect(options)
  log.info('m', given as object)
  return texts.join('').includes(PLANTED)
}

test.each(SECRET_NAMES)('%s is kept out', (name) => {
  const { log, line } = collect()
  log.child({ [name]: PLANTED }).info('m', { a: { [name]: { b: PLANTED } } })
  expect(line()).toEqual({
    level: 'info',
    msg: 'm',
    [name]: '[redacted]',
    a: { [name]: '[redacted]' },
  })
})

test.each(OPEN_NAMES)('%s is not kept out', (name) => {
  const { log, line } = collect()
  log.child({ a: { [name]: 1 } }).info('m', { [name]: 'b' })
  expect(line()).toEqual({ level: 'info', msg: 'm', a: { [name]: 1 }, [name]: 'b' })
})

test('whatever its value is, unless there is none', () => {
  const { log, line } = collect()
  const values = [PLANTED, '', 5, false, [PLANTED], { a: PLANTED }, () => PLANTED, new Error('x')]
  log.info('m', { values: [...values, null, undefined].map((token) => ({ token })) })
  expect(line()).toEqual({
    level: 'info',
    msg: 'm',
    values: [...values.map(() => ({ token: '[redacted]' })), { token: null }, {}],
  })
})

test('a value that is kept out is not looked at', () => {
  const token = {
    toJSON() {
      throw new Error('Looked at')
    },
  }
  expect(leaks({ token, password: new Proxy({}, { get: () => PLANTED }) })).toBe(false)
})

/** Puts a value somewhere within others. */
const anyPlace = (place: fc.Arbitrary<Maker>): fc.Arbitrary<Maker> =>
  fc.letrec<{ value: Maker }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'small' },
      place,
      fc.tuple(anyName, tie('value')).map(([name, make]) => () => ({ [name]: make() })),
      tie('value').map((make) => () => [0, make(), { a: 1 }]),
      fc.tuple(anyName, tie('value')).map(
        ([name, make]) =>
          () =>
            new Map([[name, make()]]),
      ),
      tie('value').map((make) => () => new Set([make()])),
      tie('value').map((make) => () => new Error('x', { cause: make() })),
      tie('value').map((make) => () => new AggregateError([make()], 'x')),
      tie('value').map((make) => () => Object.assign(new TypeError('x'), { config: make() })),
      tie('value').map((make) => () => ({ toJSON: () => make() })),
      tie('value').map((make) => () => Object.create({}, { a: { get: make, enumerable: true } })),
      tie('value').map((make) => () => Object.assign(Object.create(null), { a: make() })),
    ),
  })).value

const headerNames = SECRET_NAMES.filter((name) => /^[\w-]+$/.test(name))

/** Makes what holds a secret under one of these names. */
const holder = (names: readonly string[]): fc.Arbitrary<Maker> =>
  fc.oneof(
    fc.constantFrom(...names).map((name) => () => ({ a: 1, [name]: PLANTED })),
    fc.constantFrom(...names).map((name) => () => ({ [name]: [{ a: PLANTED }] })),
    fc.constantFrom(...names).map((name) => () => new Map([[name, PLANTED]])),
    fc.constantFrom(...names).map((name) => () => new Headers({ [name]: PLANTED })),
    fc.constantFrom(...names).map((name) => () => ({ toJSON: () => ({ [name]: PLANTED }) })),
    fc
      .constantFrom(...names)
      .map((name) => () => Object.assign(new Error('x'), { [name]: PLANTED })),
  )

const respelled = fc
  .tuple(fc.constantFrom(...headerNames), fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }))
  .map(([name, isUpper]) =>
    // Of these the first letter tells where Node's own begins.
    name === '_header'
      ? name
      : [...name].map((c, at) => (isUpper[at] ? c.toUpperCase() : c.toLowerCase())).join(''),
  )

describe('wherever it stands, it is kept out', () => {
  const respelledHolder = respelled.chain((name) => holder([name]))
  const secrets = fc.oneof(
    holder(headerNames.filter((name) => name !== '_header')),
    respelledHolder,
  )

  test.each([
    ['by its name', {}],
    ['with OpenTelemetry’s names', { fieldMap: otelFields }],
  ])('%s', (_, options) => {
    fc.assert(
      fc.property(anyPlace(secrets), anyPlace(secrets), (makeFirst, makeSecond) => {
        const { log, texts } = collect(options)
        const [first, second] = [makeFirst(), makeSecond()]
        log.info('m', first as object)
        log.error(second as object, 'm')
        log.error(first as object, second as never)
        log
          .child({ first })
          .child(Object(second) as never)
          .warn({ err: first }, 'm')
        expect(texts.join('')).not.toContain(PLANTED)
        expect(texts).toHaveLength(4)
      }),
    )
  })

  test('by a name of one’s own, in any spelling', () => {
    const spellings = ['cardNumber', 'card_number', 'Card-Number', 'CARDNUMBER', 'card.number']
    fc.assert(
      fc.property(anyPlace(holder(spellings.slice(0, 4))), (make) => {
        expect(leaks(make(), { redact: { keys: ['card-number'] } })).toBe(false)
      }),
    )
    for (const name of spellings) expect(leaks({ [name]: PLANTED })).toBe(true)
    expect(leaks({ token: PLANTED }, { redact: { keys: ['pin'] } })).toBe(false)
  })
})

test('the message and stack of errors are kept out when one says so', () => {
  const error = new Error(PLANTED, { cause: new Error(PLANTED) })
  expect(leaks({ error }, { redact: { keys: ['message', 'stack'] } })).toBe(false)
  expect(leaks({ error }, { redact: { keys: ['stack'] } })).toBe(true)
})

test('nothing is kept out when one says so', () => {
  const { log, line } = collect({ redact: false })
  log.child({ token: 1 }).info('m', { password: 2, a: { cookie: 3 }, rawHeaders: [4] })
  expect(line()).toMatchObject({ token: 1, password: 2, a: { cookie: 3 }, rawHeaders: [4] })
})

describe('by its path', () => {
  const value = {
    a: { b: [{ c: PLANTED }, { c: PLANTED }], 'x.y': PLANTED },
    map: new Map([['k', PLANTED]]),
    list: [[PLANTED]],
    error: Object.assign(new Error('x'), { data: { d: PLANTED } }),
    json: { toJSON: () => ({ e: PLANTED }) },
  }

  test('what it names is kept out, and nothing else', () => {
    const { log, line } = collect({ redact: { paths: ['a.b[0].c', 'a.z', 'b'] } })
    log.info('m', { a: value.a, c: { b: 1 } })
    expect(line()).toMatchObject({
      a: { b: [{ c: '[redacted]' }, { c: PLANTED }], 'x.y': PLANTED },
      c: { b: 1 },
    })
  })

  test.each([
    ['a.b[0].c', 'a.b[1].c', 'a["x.y"]'],
    ['a.b[*].c', 'a["x.y"]'],
    ['a.b.*.c', 'a["x.y"]'],
    ['*'],
    ['a'],
    ['a.*'],
    ['["a"]["b"]', '*["x.y"]'],
    ['a.b[0]', 'a.b[1].*', 'a["x\\.y"]'],
    ['*.*'],
  ])('each of %j is needed', (...paths) => {
    expect(leaks({ a: value.a }, { redact: { paths } })).toBe(false)
    for (const path of paths) {
      const others = paths.filter((other) => other !== path)
      expect(leaks({ a: value.a }, { redact: { paths: others } })).toBe(true)
    }
  })

  test.each([
    [{ map: value.map }, 'map.k'],
    [{ list: value.list }, 'list[0][0]'],
    [{ error: value.error }, 'error.data.d'],
    [{ error: value.error }, '*.data'],
    [{ json: value.json }, 'json.e'],
    [value.error, 'err.data'],
    [[{ a: PLANTED }], 'value[0].a'],
    [{ error: new Error('x', { cause: { a: PLANTED } }) }, 'error.cause.a'],
    [{ '*': { a: PLANTED } }, '*.a'],
  ])('%o holds it at %s', (given, path) => {
    expect(leaks(given)).toBe(true)
    expect(leaks(given, { redact: { paths: [path] } })).toBe(false)
    const { log, texts } = collect({ redact: { paths: [path] } })
    log.child({ ...given }).info('m')
    if (!Array.isArray(given) && !(given instanceof Error)) {
      expect(texts.join('')).not.toContain(PLANTED)
    }
  })

  test('names are not respelled, and a path is no beginning', () => {
    expect(leaks({ userName: PLANTED }, { redact: { paths: ['user_name'] } })).toBe(true)
    expect(leaks({ a: { b: PLANTED } }, { redact: { paths: ['b', 'a.b.c', 'a.c'] } })).toBe(true)
    expect(leaks({ ab: PLANTED }, { redact: { paths: ['a'] } })).toBe(true)
  })

  test('however deep, it is kept out where it stands', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'x.y', '', '0'), {
      minLength: 1,
      maxLength: 6,
    })
    const plant = (names: readonly string[]): unknown =>
      names.reduceRight<unknown>((value, name) => ({ [name]: value, open: 1 }), PLANTED)
    fc.assert(
      fc.property(
        names,
        fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
        (names, isStar) => {
          const path = names.map((name, at) => (isStar[at] ? '[*]' : `["${name}"]`)).join('')
          expect(leaks(plant(names), { redact: { paths: [path] } })).toBe(false)
          expect(leaks(plant([...names, 'z']), { redact: { paths: [`${path}.y`] } })).toBe(true)
        },
      ),
    )
  })
})
