import {
  BedrockRuntimeClient,
  type BedrockRuntimeClientConfig,
} from '@aws-sdk/client-bedrock-runtime'
import { createResilience, type RetryLayer, withResilience } from '@holdfast/bedrock-adapter'
import { follow } from '@holdfast/feature-flags'
import { traceClient } from '@holdfast/logger/trace'
import type { ServiceFlags } from './flags.ts'
import type { Telemetry } from './telemetry.ts'

/** Creates the SDK client with the five layers around it. Its requests continue the trace of the incoming request. */
export function createModel(
  config: BedrockRuntimeClientConfig,
  flags: ServiceFlags,
  { onEvent }: Telemetry,
): BedrockRuntimeClient {
  const backoff: RetryLayer['backoff'] = (attempt, _error, _waitedMs, random) =>
    flags.get('RETRY_WAIT_MS') * 2 ** (attempt - 1) * (0.8 + 0.4 * random())
  const resilience = createResilience({ retry: { backoff }, onEvent })
  if (resilience.limiter) follow(flags, resilience.limiter, { maxConcurrent: 'MAX_CONCURRENT' })
  return withResilience(traceClient(new BedrockRuntimeClient(config)), { resilience })
}
