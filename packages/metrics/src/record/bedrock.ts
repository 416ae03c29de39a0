import type { Registry } from '../metrics.ts'
import type { Recorder } from './recorder.ts'

/** Of `@holdfast/bedrock-adapter` itself; what its layers tell is theirs. */
export interface BedrockFacts {
  readonly type: 'bedrock.stream-interrupted'
  /** The model. */
  readonly name: string
  readonly reason: string
}

export function recordBedrock(registry: Registry): Recorder<BedrockFacts> {
  const interrupted = registry.counter({
    name: 'bedrock_stream_interrupted_total',
    help: 'Streams that broke off after their first content had been handed out.',
    labels: ['model_id', 'reason'],
  })
  return {
    'bedrock.stream-interrupted': ({ name, reason }) => interrupted.inc({ model_id: name, reason }),
  }
}
