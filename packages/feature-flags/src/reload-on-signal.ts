import type { Flags } from './flags.ts'

/**
 * Reloads the flags when the process gets a signal, as daemons do. Returns how to stop. Keeps no process alive.
 *
 * @param signal - Default `SIGHUP`.
 */
export function reloadOnSignal(
  flags: Pick<Flags, 'reload'>,
  signal: NodeJS.Signals = 'SIGHUP',
): () => void {
  const reload = () => void flags.reload({ actor: 'signal', reason: signal })
  process.on(signal, reload)
  return () => void process.off(signal, reload)
}
