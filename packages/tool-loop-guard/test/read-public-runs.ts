import { readdirSync, readFileSync } from 'node:fs'
import { checkTrace } from './check-trace.ts'
import type { Trace } from './trace.ts'

const folder = new URL('./public-runs/', import.meta.url)

/** All runs that were written down from public reports, checked, in the order of their files. */
export function readPublicRuns(): readonly Trace[] {
  return ['loops', 'healthy'].flatMap((label) =>
    readdirSync(new URL(`${label}/`, folder))
      .filter((name) => name.endsWith('.jsonl'))
      .toSorted()
      .map((name) => readRun(`${label}/${name}`)),
  )
}

/** Reads one file: the first line is the run without its steps, and each further line is a step. */
function readRun(path: string): Trace {
  const text = readFileSync(new URL(path, folder), 'utf8').trimEnd()
  const [head, ...steps] = text.split('\n').map((line): unknown => JSON.parse(line))
  const run = checkTrace({ ...Object(head), steps }, path)
  const own = `${run.label === 'loop' ? 'loops' : 'healthy'}/${run.id}.jsonl`
  if (own !== path) throw new TypeError(`${path} must be ${own}`)
  return run
}
