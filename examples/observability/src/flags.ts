import {
  createFlags,
  defineFlags,
  env,
  type Flags,
  type IntegerFlag,
} from '@holdfast/feature-flags'
import type { Telemetry } from './telemetry.ts'

/** What an operator turns while it runs. */
export type ServiceFlags = Flags<{
  readonly MAX_CONCURRENT: IntegerFlag
  readonly RETRY_WAIT_MS: IntegerFlag
}>

const definitions = defineFlags({
  MAX_CONCURRENT: {
    type: 'integer',
    default: 5,
    min: 1,
    max: 1000,
    description: 'How many calls of the model run at once',
  },
  RETRY_WAIT_MS: {
    type: 'integer',
    default: 1000,
    min: 0,
    max: 60_000,
    description: 'How long the first retry waits; each further one twice as long',
  },
})

export function startFlags({ onEvent }: Telemetry): ServiceFlags {
  return createFlags({ flags: definitions, sources: [env()], onEvent })
}
