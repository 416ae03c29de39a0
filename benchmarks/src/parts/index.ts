import type { Part } from '../part.ts'

/** Each part is loaded only when it runs, because a part may start a server or create a client. */
export const parts: Readonly<Record<string, () => Promise<Part>>> = {
  retry: async () => (await import('./retry.ts')).retryPart,
  pipeline: async () => (await import('./pipeline.ts')).pipelinePart,
  'circuit-breaker': async () => (await import('./circuit-breaker.ts')).circuitBreakerPart,
  limiter: async () => (await import('./limiter.ts')).limiterPart,
  'feature-flags': async () => (await import('./feature-flags.ts')).featureFlagsPart,
  metrics: async () => (await import('./metrics.ts')).metricsPart,
  'tool-loop-guard': async () => (await import('./tool-loop-guard.ts')).toolLoopGuardPart,
  logger: async () => (await import('./logger.ts')).loggerPart,
  size: async () => (await import('./size.ts')).sizePart,
  adapter: async () => (await import('./adapter.ts')).adapterPart,
}
