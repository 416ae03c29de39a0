import { checkText } from '../check-shape.ts'
import type { Flags } from '../flags.ts'

/**
 * Reloads the flags whenever the process receives a signal, as daemons do. Returns a function that removes the handler.
 * Does not keep the process alive.
 *
 * @param signal - The signal's name. Default `SIGHUP`.
 * @throws TypeError when an argument is wrong.
 */
export function reloadOnSignal(flags: Pick<Flags, 'reload'>, signal = 'SIGHUP'): () => void {
  if (typeof flags?.reload !== 'function') {
    throw new TypeError('`flags` must be what `createFlags` returned')
  }
  checkText('signal', signal)
  const reload = () => void flags.reload({ actor: 'signal', reason: signal })
  process.on(signal, reload)
  return () => void process.off(signal, reload)
}
