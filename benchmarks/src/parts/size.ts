import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { versionOf } from '../machine.ts'
import type { Part } from '../part.ts'
import { table } from '../table.ts'

/** Something to bundle, with its size limit. */
interface Entry {
  readonly from: string
  /** Default: everything. */
  readonly imports?: string
  /** The limit in bytes, for our packages only. */
  readonly target?: number
}

const entries: readonly Entry[] = [
  { from: '@holdfast/retry', target: 3_000 },
  { from: '@holdfast/retry', imports: '{ retry }', target: 2_000 },
  { from: 'p-retry' },
  { from: 'async-retry' },
  { from: 'exponential-backoff' },
  { from: 'cockatiel', imports: '{ retry, handleAll, ExponentialBackoff }' },
  { from: '@holdfast/pipeline', target: 1_500 },
  { from: 'p-timeout' },
  { from: '@holdfast/circuit-breaker', target: 3_000 },
  { from: '@holdfast/circuit-breaker', imports: '{ createCircuitBreaker }', target: 3_000 },
  { from: 'opossum' },
  { from: 'cockatiel' },
  { from: 'mollitia' },
  { from: 'brakes' },
  { from: '@holdfast/limiter', target: 4_500 },
  { from: '@holdfast/limiter', imports: '{ createLimiter }', target: 2_500 },
  { from: 'p-limit' },
  { from: 'p-queue' },
  { from: 'bottleneck' },
  { from: '@holdfast/feature-flags' },
  { from: '@holdfast/feature-flags', imports: '{ createFlags, defineFlags }', target: 4_500 },
  { from: '@holdfast/feature-flags/admin', target: 3_000 },
  { from: '@openfeature/server-sdk' },
  { from: '@growthbook/growthbook' },
  { from: 'unleash-client' },
  { from: '@holdfast/metrics', target: 8_000 },
  { from: '@holdfast/metrics', imports: '{ createRegistry }', target: 8_000 },
  { from: 'prom-client' },
  { from: '@prometheus-io/client' },
  { from: '@opentelemetry/sdk-metrics' },
  { from: '@opentelemetry/exporter-prometheus' },
  { from: '@holdfast/logger', target: 6_000 },
  { from: '@holdfast/logger', imports: '{ createLogger }', target: 6_000 },
  { from: 'pino' },
]

export const sizePart: Part = {
  comparisons: [],
  tables: [
    async () => {
      const rows = await Promise.all(entries.map(row))
      return `### Minified and gzipped, with all dependencies\n\n${table(['', 'bytes', 'target'], rows)}`
    },
  ],
}

async function row(entry: Entry): Promise<string[]> {
  const { from, imports = '*', target } = entry
  // `export *` would omit a default export.
  const bytes = await bytesOf(from, imports === '*' ? '* as all' : imports)
  const what = imports === '*' ? from : `${imports} from ${from}`
  if (target === undefined) return [`${what} ${versionOf(from)}`, String(bytes), '']
  const verdict = bytes <= target ? 'met' : `**missed by ${bytes - target}**`
  return [`**${what}**`, String(bytes), `≤ ${target}: ${verdict}`]
}

async function bytesOf(from: string, imports: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export ${imports} from '${from}'`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}
