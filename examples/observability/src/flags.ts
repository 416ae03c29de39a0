import {
  createFlags,
  defineFlags,
  env,
  type Flags,
  type IntegerFlag,
} from '@holdfast/feature-flags'
import type { Telemetry } from './telemetry.ts'

/** The flags that an operator can change while the service runs. */
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
    description: 'Maximum number of concurrent model calls',
  },
  RETRY_WAIT_MS: {
    type: 'integer',
    default: 1000,
    min: 0,
    max: 60_000,
    description: 'Wait before the first retry. It doubles for each further retry',
  },
})

export function startFlags({ onEvent }: Telemetry): ServiceFlags {
  return createFlags({ flags: definitions, sources: [env()], onEvent })
}
