import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** One line with the date, the Node version, and the processors. */
export function machine(): string {
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model}.`
}

/** The installed version of a package. */
export function versionOf(packageName: string): string {
  // Read as a file, because not every package exports its manifest.
  const manifest = new URL(`../node_modules/${packageName}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
