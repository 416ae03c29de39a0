import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Day, Node and processors, as a sentence. */
export function machine(): string {
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, Node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} × ${cpus()[0]?.model}.`
}

/** The version of a package that is installed for the benchmarks. */
export function versionOf(packageName: string): string {
  // Read as a file: not every package exports its manifest.
  const manifest = new URL(`../node_modules/${packageName}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
}
