import { checkNumber, type Outcome } from '@holdfast/internal'
import { fifo } from './fifo.ts'
import type { LimiterContext } from './limiter-context.ts'
import type { QueueDiscipline, Terms } from './queue-discipline.ts'
import type { Rates, Reservation } from './rates.ts'
import type { Settings } from './settings.ts'

/** Whose slot a call holds while it runs, and who is told how it ends. */
export interface SlotOwner {
  readonly rates: Rates | undefined
  readonly releaseOnAbort: boolean
  /** How many have been aborted whose work goes on. */
  zombies: number
  /** A call that has started has ended: its slot goes to the next. */
  end(terms: CallTerms, outcome: Outcome, error?: unknown): void
  /** A call that has started, and will not be made after all. */
  cancel(terms: CallTerms): void
  /** Corrects what a call has reserved of the rates. */
  settle(terms: CallTerms, actual: Readonly<Record<string, number>>): void
}

/** What a call asks for, and what else is known of it. */
export interface CallTerms extends Terms {
  readonly owner: SlotOwner
  readonly deadlineAt: number
  readonly reservation: Reservation
}

const PRIORITY = { min: -10, max: 10, integer: true }

/**
 * What a call asks for: the plain terms themselves, where nothing sets it apart.
 * @throws RangeError or TypeError for a cost that cannot be met, or a priority that is none.
 */
export function termsOf(
  context: LimiterContext,
  plain: CallTerms,
  queue: QueueDiscipline,
  { maxConcurrent }: Settings,
): CallTerms {
  const { cost = 1, key = '', priority = 0, deadlineAt = Infinity } = context
  const { rates } = plain.owner
  if (cost === 1 && deadlineAt === Infinity && queue === fifo && !rates) return plain
  // What the limit may come to be. A paused limiter has no say.
  const most = typeof maxConcurrent === 'number' ? maxConcurrent : maxConcurrent.max
  // What is no exact number could not be given back.
  const max = Math.min(most || Infinity, queue.maxCost ?? Infinity, Number.MAX_SAFE_INTEGER)
  checkNumber('cost', cost, { min: 1, max, integer: true })
  checkNumber('priority', priority, PRIORITY)
  const reservation = rates?.costs(context) ?? []
  return { ...plain, cost, key, priority, deadlineAt, reservation }
}
