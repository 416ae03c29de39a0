import { along, firstThatFits, type QueueDiscipline } from './queue-discipline.ts'

/** First in, first out. The default of the option `queue`. */
export const fifo: QueueDiscipline = {
  createQueue: (line) => ({
    next(fits) {
      const first = line.head
      return first === undefined || fits(first)
        ? first
        : firstThatFits(along(line.head, 'next'), fits)
    },
  }),
}
