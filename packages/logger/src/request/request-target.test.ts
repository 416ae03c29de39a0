import { revokedProxy } from '@holdfast/internal/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expressRoute, pathOf } from './request-target.ts'

test.each([
  ['/', '/'],
  ['/a/b?c=1', '/a/b'],
  ['/a?b?c', '/a'],
  ['/a#b', '/a'],
  ['?a', '/'],
  ['', '/'],
  ['*', '*'],
  ['//evil.example/x?y', '//evil.example/x'],
  ['/a://b?c', '/a://b'],
  ['http://a.example/b?c', '/b'],
  ['HTTP://a.example', '/'],
  ['http://a.example?b', '/'],
  ['http://user:secret@a.example/b', '/b'],
  ['coap+tcp://a/b', '/b'],
])('the path of %j is %j', (target, path) => {
  expect(pathOf(target)).toBe(path)
})

test('what follows a question mark is never told', () => {
  const path = fc.webPath({ size: 'small' })
  fc.assert(
    fc.property(path, fc.string(), fc.constantFrom('', 'http://a:b@c'), (path, query, origin) => {
      expect(pathOf(`${origin}${path}?${query}`)).toBe(path || '/')
    }),
  )
})

test.each([
  [{}, undefined],
  [{ route: undefined, baseUrl: '' }, undefined],
  [{ route: { path: '/b/:id' } }, '/b/:id'],
  [{ route: { path: '/:id' }, baseUrl: '/a' }, '/a/:id'],
  [{ route: { path: ['/a', '/b'] }, baseUrl: '' }, '/a,/b'],
  [{ route: { path: /^\/a+$/ }, baseUrl: '' }, '/^\\/a+$/'],
  [{ route: 'a' }, undefined],
])('the route of %o is %j', (request, route) => {
  expect(expressRoute(request)).toBe(route)
})

test('a request that cannot be read has no route', () => {
  expect(expressRoute(revokedProxy())).toBe(undefined)
})
