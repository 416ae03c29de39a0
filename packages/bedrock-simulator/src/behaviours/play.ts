import type { Exchange } from '../server/exchange.ts'
import type { Plan } from './plan.ts'

/** Sends a planned response. Resolves when it is done with, by either side. */
export async function play(
  plan: Plan,
  exchange: Exchange,
  onHead: (status: number) => void = () => {},
): Promise<void> {
  await exchange.wait(plan.delayMs)
  if (exchange.over) return
  if (plan.head) {
    exchange.head(plan.head)
    onHead(plan.head.status)
  }
  for (const [index, part] of plan.parts.entries()) {
    if (index > 0) await exchange.wait(plan.gapMs)
    await exchange.write(part)
  }
  if (plan.ending === 'end') return exchange.end()
  // What follows may overtake what was written: a gap lets the client read that first.
  if (plan.parts.length > 0) await exchange.wait(plan.gapMs)
  if (plan.ending === 'end-short') return exchange.endShort()
  if (plan.ending === 'hang') return exchange.untilOver()
  return exchange.kill(plan.ending.kill)
}
