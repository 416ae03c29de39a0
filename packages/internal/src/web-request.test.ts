import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { checkWebRequest } from './web-request.ts'

test('accepts a web request', () => {
  expect(() => checkWebRequest(new Request('http://localhost'), '@holdfast/x/node')).not.toThrow()
})

test.each([new IncomingMessage(new Socket()), undefined, null, {}, { raw: {} }, '/metrics'])(
  'names `toNodeListener` when a handler is given to a server that passes other requests',
  (request) => {
    expect(() => checkWebRequest(request, '@holdfast/x/node')).toThrow(
      /toNodeListener\(handler\)` from `@holdfast\/x\/node`/,
    )
  },
)
