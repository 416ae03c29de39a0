// One process that uses every package, against a simulator in it whose faults you choose.
import { parseArgs } from 'node:util'
import { startSimulator } from '@holdfast/bedrock-simulator'
import type { Threshold } from '@holdfast/logger'
import { createChat } from './chat.ts'
import { startFlags } from './flags.ts'
import { close, listen } from './listen.ts'
import { createModel } from './model.ts'
import { createOperations } from './operations.ts'
import { createService } from './service.ts'
import { startTelemetry } from './telemetry.ts'

const PATIENCE_MS = 10_000

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8080' },
    'operations-port': { type: 'string', default: '9464' },
    level: { type: 'string', default: 'info' },
  },
})
// A bearer token in the environment would win over the simulator's credentials.
delete process.env['AWS_BEARER_TOKEN_BEDROCK']

const telemetry = startTelemetry(values.level as Threshold)
const { logger } = telemetry
const flags = startFlags(telemetry)
const simulator = await startSimulator()
const model = createModel(simulator.clientConfig, flags, telemetry)
const service = createService({ '/chat': createChat(model, telemetry) }, telemetry)
const operations = createOperations(flags, telemetry, process.env['ADMIN_TOKEN'])

const at = {
  service: await listen(service, Number(values.port)),
  operations: await listen(operations, Number(values['operations-port'])),
}
const faults = `${simulator.url}/_simulator`
logger.info('ask', { url: at.service, try: `curl -d 'What is a holdfast?' ${at.service}/chat` })
logger.info('look', { url: at.operations, try: `curl ${at.operations}/metrics` })
logger.info('break', {
  url: simulator.url,
  try: `curl -d '{"type":"error","error":"ThrottlingException"}' ${faults}/queue`,
})

async function stop(signal: string): Promise<void> {
  logger.info('stopping', { signal })
  await close(service, PATIENCE_MS)
  // To the end there is something to scrape.
  await close(operations, 0)
  flags.close()
  telemetry.stop()
  model.destroy()
  await simulator.close()
  logger.info('stopped')
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
