// A service with flags, as its users write one, on the built package. `live-process.test.ts` runs it.
import { createServer } from 'node:http'
import { createFlags, defineFlags, env } from '@holdfast/feature-flags'
import { createAdminHandler } from '@holdfast/feature-flags/admin'
import { file, reloadOnSignal, toNodeListener } from '@holdfast/feature-flags/node'

const { FLAG_FILE, WATCH, ADMIN_TOKEN } = process.env

const flags = createFlags({
  flags: defineFlags({
    ENABLE_RETRY: { type: 'boolean', default: true, safe: false },
    MAX_CONCURRENT: { type: 'integer', default: 5, min: 1, max: 1000 },
    GUARDRAIL_MODE: { type: 'enum', values: ['off', 'warn', 'enforce'], default: 'off' },
  }),
  // So rarely that it is the watching which sees a change, or nothing does.
  sources: [env(), file(FLAG_FILE, { watch: WATCH !== 'off', pollMs: 3_600_000 })],
})
reloadOnSignal(flags)

const admin = toNodeListener(createAdminHandler(flags, { token: ADMIN_TOKEN }))
const server = createServer((request, response) => {
  if (request.url?.startsWith('/admin/')) return admin(request, response)
  if (request.url === '/stop') {
    // Nothing else is ended: not the flags, not their file, not the signal.
    server.close()
    response.setHeader('connection', 'close')
  }
  const names = /** @type {const} */ (['ENABLE_RETRY', 'MAX_CONCURRENT', 'GUARDRAIL_MODE'])
  const values = names.map((name) => [name, flags.get(name)])
  response.end(JSON.stringify(Object.fromEntries(values)))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
