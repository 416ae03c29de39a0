import { checkOptions, type OptionRules } from '@holdfast/internal'
import { along, firstThatFits, type QueueDiscipline } from './queue-discipline.ts'

/** Options of {@link adaptiveLifo}. */
export interface AdaptiveLifoOptions {
  /** How long the first in line must have waited for the queue to count as overloaded, in milliseconds. Default 1000. */
  readonly afterMs?: number | undefined
}

const RULES: OptionRules<AdaptiveLifoOptions> = { afterMs: { min: 0 } }

/**
 * First in, first out, until the first has waited for too long; then the newest first, whose caller is most likely
 * still there, while the oldest run into their timeout. From "Fail at Scale" (ACM Queue, 2015).
 *
 * @throws RangeError or TypeError naming the option that is wrong.
 */
export function adaptiveLifo(options: AdaptiveLifoOptions = {}): QueueDiscipline {
  checkOptions('adaptiveLifo', options, RULES)
  const { afterMs = 1_000 } = options
  return {
    createQueue: (line, clock) => ({
      next(fits) {
        const oldest = line.head
        const overloaded = oldest !== undefined && clock.now() - oldest.since > afterMs
        const [start, way] = overloaded
          ? ([line.tail, 'previous'] as const)
          : ([line.head, 'next'] as const)
        return firstThatFits(along(start, way), fits)
      },
    }),
  }
}
