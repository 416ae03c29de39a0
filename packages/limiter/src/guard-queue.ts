import { fifo } from './fifo.ts'
import type { Queue, QueueDiscipline } from './queue-discipline.ts'

/** The disciplines of this package, which need no guard. */
export const ownDisciplines: WeakSet<QueueDiscipline> = new WeakSet()

/**
 * The queue of a discipline of the user's, so that a fault in it neither keeps a slot nor ends somebody else's call. A
 * `next` that throws leaves the choice to `fifo`; the other methods count as absent.
 */
export function guardQueue(
  discipline: QueueDiscipline,
  line: Parameters<QueueDiscipline['createQueue']>[0],
  clock: Parameters<QueueDiscipline['createQueue']>[1],
  report: (callback: string, error: unknown) => void,
): Queue {
  const queue = discipline.createQueue(line, clock)
  if (discipline === fifo || ownDisciplines.has(discipline)) return queue
  const inOrder = fifo.createQueue(line, clock)
  const attempt = <T>(method: string, call: () => T, instead: () => T): T => {
    try {
      return call()
    } catch (error) {
      report(`queue.${method}`, error)
      return instead()
    }
  }
  const nothing = () => {}
  return {
    next: (fits) =>
      attempt(
        'next',
        () => queue.next(fits),
        () => inOrder.next(fits),
      ),
    isOverfull: (key) =>
      attempt(
        'isOverfull',
        () => queue.isOverfull?.(key) ?? false,
        () => false,
      ),
    join: (waiter) => attempt('join', () => queue.join?.(waiter), nothing),
    leave: (waiter) => attempt('leave', () => queue.leave?.(waiter), nothing),
    start: (terms) => attempt('start', () => queue.start?.(terms), nothing),
    end: (terms) => attempt('end', () => queue.end?.(terms), nothing),
  }
}
