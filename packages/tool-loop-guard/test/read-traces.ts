import { readdirSync, readFileSync } from 'node:fs'
import { checkTrace } from './check-trace.ts'
import type { Trace } from './trace.ts'

const folder = new URL('./traces/', import.meta.url)

/** All traces, checked, in the order of their files. */
export function readTraces(): readonly Trace[] {
  return ['loops', 'healthy'].flatMap((label) =>
    readdirSync(new URL(`${label}/`, folder))
      .toSorted()
      .flatMap((name) => readFile(`${label}/${name}`)),
  )
}

/** A file holds the traces of one shape. */
function readFile(path: string): readonly Trace[] {
  const values: unknown = JSON.parse(readFileSync(new URL(path, folder), 'utf8'))
  if (!Array.isArray(values)) throw new TypeError(`${path} must be a list of traces`)
  return values.map((value, n) => {
    const trace = checkTrace(value, `${path}[${n}]`)
    const own = `${trace.label === 'loop' ? 'loops' : 'healthy'}/${trace.shape}.json`
    if (own !== path) throw new TypeError(`${path}[${n}] belongs into ${own}`)
    return trace
  })
}
