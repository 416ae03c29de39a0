import { expect, test } from 'vitest'
import { createHostCheck } from './host-check.ts'

const check = (url: string, origin?: string, hosts?: readonly string[]) =>
  createHostCheck(hosts)({ url, headers: new Headers(origin === undefined ? {} : { origin }) })

test.each([
  'http://localhost:9090/admin',
  'http://LOCALHOST./',
  'http://127.0.0.1:9090/',
  'http://0x7f.1/',
  'http://203.0.113.7/',
  'http://[::1]:9090/',
  'http://flags/',
  'http://flags:9090/',
  'http://shop.localhost/',
  'http://printer.local/',
  'http://flags.prod.svc.cluster.local/',
  'http://flags.corp.internal/',
  'http://router.home.arpa/',
])('accepts a host that public DNS does not serve: %s', (url) => {
  expect(check(url)).toBeUndefined()
})

test.each([
  'http://evil.example/admin',
  'http://evil.example:9090/admin',
  'http://localhost.evil.example/',
  'http://127.0.0.1.evil.example/',
  'http://notlocalhost.example/',
  'http://evillocal.example/',
  'http://xlocal.com/',
])(
  'refuses a host that a web site could own, since its name may resolve to this machine: %s',
  (url) => {
    expect(check(url)).toMatch(/add the name to the option `hosts`/)
  },
)

test('accepts the hosts that are listed, in any case and with any port', () => {
  const hosts = ['Flags.example.com']
  expect(check('https://flags.EXAMPLE.com:8443/', undefined, hosts)).toBeUndefined()
  expect(check('https://other.example.com/', undefined, hosts)).toBeDefined()
})

test.each([
  ['http://localhost:9090/', 'http://localhost:9090'],
  ['http://127.0.0.1/', 'http://127.0.0.1'],
  // Behind a proxy that ends TLS.
  ['http://flags/', 'https://flags'],
])('accepts pages of the same host: %s from %s', (url, origin) => {
  expect(check(url, origin)).toBeUndefined()
})

test.each([
  ['http://localhost:9090/', 'http://localhost:3000'],
  ['http://localhost:9090/', 'https://evil.example'],
  ['http://localhost:9090/', 'null'],
  ['http://localhost:9090/', ''],
  ['http://localhost:9090/', 'http://localhost:9090.evil.example'],
  ['http://localhost:9090/', 'localhost:9090'],
])('refuses pages of another origin: %s from %j', (url, origin) => {
  expect(check(url, origin)).toMatch(/another origin/)
})

test('accepts pages of a listed host', () => {
  const hosts = ['console.example.com']
  expect(check('http://localhost/', 'https://console.example.com', hosts)).toBeUndefined()
})
