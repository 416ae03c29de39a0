import { createServer } from 'node:http'
import { createRegistry } from '@holdfast/metrics'
import express from 'express'
import fastify from 'fastify'
import { expectTypeOf, test } from 'vitest'
import type { Logger } from '../index.ts'
import type { RequestLine } from '../request/index.ts'
import { requestLogger } from '../request/index.ts'

declare const logger: Logger
const requests = requestLogger({ logger, registry: createRegistry() })

test('is taken by Express, Node and Fastify', () => {
  express().use(requests)
  express().use('/api', requests)
  express().get('/', requests, (_, response) => void response.end())
  createServer((request, response) => requests(request, response, () => response.end()))
  fastify().register(requests.fastify)
  fastify({ http2: true }).register(requests.fastify)
})

test('a web handler keeps its arguments', () => {
  const plain = requests.web(() => new Response())
  expectTypeOf(plain).returns.resolves.toEqualTypeOf<Response>()
  const worker = requests.web(async (_: Request, env: { readonly KEY: string }) => {
    return new Response(env.KEY)
  })
  expectTypeOf(worker).parameters.toEqualTypeOf<[Request, { readonly KEY: string }]>()
  // @ts-expect-error no answer
  requests.web(() => 'text')
})

test('functions get a line, and say what they may', () => {
  requestLogger({
    logger,
    ignore: (line) => {
      expectTypeOf(line).toEqualTypeOf<RequestLine>()
      return true
    },
    level: ({ status }) => (status === 404 ? 'debug' : undefined),
    route: ({ path, request }) => {
      expectTypeOf(request).toEqualTypeOf<object>()
      return path
    },
  })
  // @ts-expect-error no level
  requestLogger({ logger, level: () => 'loud' })
  // @ts-expect-error no logger
  requestLogger({ registry: createRegistry() })
  // @ts-expect-error no such option
  requestLogger({ logger, header: [] })
  // @ts-expect-error no registry
  requestLogger({ logger, registry: new Map() })
})
