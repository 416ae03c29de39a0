import { AppendedFile } from './appended-file.ts'
import type { Destination } from './destination.ts'

/**
 * The destination of a logger that was given none. Where there is a file system with a standard output (Node ≥ 20.16, Bun,
 * Deno), it writes each line at once, as `fileDestination()` does: `console.log` would lose lines at `process.exit()`, and
 * keep any number of them for a slow reader. Elsewhere it writes to the console.
 */
export function standardOutput(): Destination {
  const fs = hasStandardOutput() ? process.getBuiltinModule('node:fs') : undefined
  if (!fs) return consoleOutput
  return new AppendedFile(fs, 1, {
    ownsFile: false,
    bufferLength: 0,
    flushIntervalMs: 1000,
    maxWaiting: 2 ** 20,
    onEvent: undefined,
  })
}

/** Asked of the runtime and not imported, so that this module loads everywhere and bundles without Node's modules. */
function hasStandardOutput(): boolean {
  const { navigator } = globalThis as { readonly navigator?: { readonly userAgent?: unknown } }
  // Cloudflare Workers have a virtual file system, in which descriptor 1 leads nowhere.
  const isWorker = navigator?.userAgent === 'Cloudflare-Workers'
  return !isWorker && typeof globalThis.process?.getBuiltinModule === 'function'
}

const consoleOutput: Destination = {
  // The console ends the line itself.
  write: (line) => console.log(line.slice(0, -1)),
}
