// An example service that uses the packages together. It also runs a Bedrock simulator, and you choose the faults that the simulator injects.
import { parseArgs } from 'node:util'
import { startSimulator } from '@holdfast/bedrock-simulator'
import type { Threshold } from '@holdfast/logger'
import { createAgent } from './agent.ts'
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
// A bearer token in the environment would take precedence over the simulator's credentials.
delete process.env['AWS_BEARER_TOKEN_BEDROCK']

const telemetry = startTelemetry(values.level as Threshold)
const { logger } = telemetry
const flags = startFlags(telemetry)
const simulator = await startSimulator()
const model = createModel(simulator.clientConfig, flags, telemetry)
const service = createService(
  { '/chat': createChat(model, telemetry), '/agent': createAgent(model, telemetry) },
  telemetry,
)
const operations = createOperations(flags, telemetry, process.env['ADMIN_TOKEN'])

const ask = await listen(service, Number(values.port))
const look = await listen(operations, Number(values['operations-port']))
const fault = '{"type":"error","error":"ThrottlingException"}'
logger.info(`Ask:    curl -d 'What is a holdfast?' ${ask}/chat`, { service: ask })
logger.info(`Look:   curl ${look}/metrics`, { operations: look })
logger.info(`Break:  curl -d '${fault}' ${simulator.url}/_simulator/queue`, {
  simulator: simulator.url,
})

async function stop(signal: string): Promise<void> {
  logger.info('stopping', { signal })
  await close(service, PATIENCE_MS)
  // The metrics stay available until the service has stopped.
  await close(operations, 0)
  flags.close()
  telemetry.stop()
  model.destroy()
  await simulator.close()
  logger.info('stopped')
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)
