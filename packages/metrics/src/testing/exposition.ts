import { formatGo } from './format-go.ts'
import { readHelp, readNamed, readSample, type Sample } from './read-sample.ts'

/** A metric as it was exposed. */
export interface ExposedFamily {
  readonly name: string
  type: string
  help?: string
  unit?: string
  readonly samples: Sample[]
}

/** What a sample may be called after its family, by type. */
const OPENMETRICS_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
  info: ['_info'],
}
const TEXT_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
}

/** OpenMetrics 1.0, read as strictly as the specification allows. Throws at the first thing that is wrong. */
export function parseOpenMetrics(exposition: string): ExposedFamily[] {
  assert(exposition.endsWith('# EOF\n'), 'it does not end in # EOF and a line feed')
  const lines = exposition.slice(0, -'# EOF\n'.length).split('\n')
  assert(lines.pop() === '', '# EOF has no line of its own')
  const families = readFamilies(lines, ['TYPE', 'UNIT', 'HELP'], OPENMETRICS_SUFFIXES, '\\"n')
  for (const family of families) {
    const { name, type, unit, samples } = family
    if (unit !== undefined) {
      assert(name.endsWith(`_${unit}`), `${name} does not end in its unit ${unit}`)
      assert(type !== 'info', 'an info has no unit')
    }
    for (const { name: sample, labels, value, exemplar } of samples) {
      if (type === 'counter') assert(value >= 0, `${sample} is ${value}`)
      if (type === 'info') assert(value === 1, `${sample} is ${value}`)
      if (sample === `${name}_created`) assert(value > 0, `${sample} is ${value}`)
      if (exemplar === undefined) continue
      assert(/_(total|bucket)$/.test(sample), `an exemplar at ${sample}`)
      const length = [...[...exemplar.labels].flat().join('')].length
      assert(length <= 128, `an exemplar of ${length} characters`)
      const le = labels.get('le')
      if (le !== undefined)
        assert(exemplar.value <= goNumber(le), `${exemplar.value} is not in ${le}`)
    }
    if (type === 'counter') checkComplete(family, `${name}_total`)
    checkDistribution(family, { sumOptional: true })
  }
  return families
}

/** Prometheus's text format, 0.0.4 and 1.0.0. Throws at the first thing that is wrong. */
export function parseText(exposition: string): ExposedFamily[] {
  if (exposition === '') return []
  const lines = exposition.split('\n')
  assert(lines.pop() === '', 'the last line does not end in a line feed')
  const families = readFamilies(lines, ['HELP', 'TYPE'], TEXT_SUFFIXES, '\\n')
  for (const family of families) checkDistribution(family, { sumOptional: false })
  return families
}

/** @param order - Of the lines before a family's samples. */
function readFamilies(
  lines: readonly string[],
  order: readonly string[],
  suffixes: Readonly<Record<string, readonly string[]>>,
  helpEscapes: string,
): ExposedFamily[] {
  const families = new Map<string, ExposedFamily>()
  let family: ExposedFamily | undefined
  let told = -1
  for (const line of lines) {
    if (line.startsWith('#')) {
      const [, keyword = '', text = ''] = /^# ([A-Z]+) (.*)$/s.exec(line) ?? []
      const place = order.indexOf(keyword)
      assert(place >= 0, `no such line: ${line}`)
      const { name, rest } = readNamed(text)
      if (family?.name !== name) {
        assert(!families.has(name), `${name} comes twice`)
        family = { name, type: 'unknown', samples: [] }
        families.set(name, family)
        told = -1
      }
      assert(family.samples.length === 0, `${line} comes after samples`)
      assert(place > told, `${line} is out of order`)
      told = place
      if (keyword === 'TYPE') family.type = rest
      if (keyword === 'UNIT') family.unit = rest
      if (keyword === 'HELP') family.help = readHelp(rest, helpEscapes)
      continue
    }
    const sample = readSample(line, { exemplars: order.includes('UNIT') })
    assert(family !== undefined, `${line} is of no family`)
    const { name, type } = family
    const own = suffixes[type]?.map((suffix) => name + suffix) ?? fail(`no type ${type}`)
    assert(own.includes(sample.name), `${sample.name} is not of the ${type} ${name}`)
    family.samples.push(sample)
  }
  const found = [...families.values()]
  checkNames(found, suffixes)
  for (const { samples } of found) checkUnique(samples)
  return found
}

/** Neither families nor samples of different families may share a name. */
function checkNames(
  families: readonly ExposedFamily[],
  suffixes: Readonly<Record<string, readonly string[]>>,
): void {
  const owners = new Map<string, string>()
  for (const { name, type } of families) {
    for (const suffix of new Set(['', ...(suffixes[type] ?? [])])) {
      const owner = owners.get(name + suffix)
      assert(owner === undefined, `${owner} and ${name} clash`)
      owners.set(name + suffix, name)
    }
  }
}

/** Each series once, and those that belong together in a row. */
function checkUnique(samples: readonly Sample[]): void {
  const seen = new Set<string>()
  const points = new Set<string>()
  let point: string | undefined
  for (const { name, labels } of samples) {
    const key = JSON.stringify([name, [...labels].sort()])
    assert(!seen.has(key), `${key} comes twice`)
    seen.add(key)
    const own = pointOf(labels)
    assert(own === point || !points.has(own), `${own} is interleaved`)
    points.add(own)
    point = own
  }
}

/** What tells one metric of a family from another. */
const pointOf = (labels: ReadonlyMap<string, string>): string =>
  JSON.stringify([...labels].filter(([name]) => name !== 'le' && name !== 'quantile').sort())

function checkComplete({ samples }: ExposedFamily, name: string): void {
  const points = new Set(samples.map(({ labels }) => pointOf(labels)))
  const told = samples.filter((sample) => sample.name === name)
  assert(told.length === points.size, `${name} is not told for each`)
}

/** Of histograms and summaries. */
function checkDistribution(family: ExposedFamily, { sumOptional }: { sumOptional: boolean }): void {
  const { name, type, samples } = family
  const label = { histogram: 'le', summary: 'quantile' }[type]
  if (label === undefined) return
  for (const point of new Set(samples.map(({ labels }) => pointOf(labels)))) {
    const own = samples.filter(({ labels }) => pointOf(labels) === point)
    const rows = own.filter(
      (sample) => sample.name === (type === 'histogram' ? `${name}_bucket` : name),
    )
    const bounds = rows.map(({ labels }) => labels.get(label) ?? fail(`no ${label}`))
    const numbers = bounds.map(goNumber)
    for (const [place, bound] of bounds.entries()) {
      assert(formatGo(goNumber(bound)) === bound, `${bound} is not canonical`)
      if (place > 0)
        assert((numbers[place] as number) > (numbers[place - 1] as number), 'bounds out of order')
    }
    const sum = own.find((sample) => sample.name === `${name}_sum`)
    const count = own.find((sample) => sample.name === `${name}_count`)
    assert((sum === undefined) === (count === undefined), 'a sum without a count')
    if (type === 'summary') {
      assert(
        numbers.every((n) => n >= 0 && n <= 1),
        `${bounds} are no quantiles`,
      )
      continue
    }
    assert(numbers.at(-1) === Infinity, 'no +Inf')
    for (const [place, { value }] of rows.entries()) {
      assert(Number.isInteger(value) && value >= (rows[place - 1]?.value ?? 0), 'counts that fall')
    }
    if (count) assert(count.value === rows.at(-1)?.value, '+Inf is not the count')
    if (!sumOptional) assert(sum !== undefined, 'no sum')
    else assert((sum === undefined) === (numbers[0] as number) < 0, 'a sum that may fall')
  }
}

const goNumber = (text: string): number => Number(text.replace('Inf', 'Infinity'))

function assert(condition: unknown, problem: string): asserts condition {
  if (!condition) fail(problem)
}

function fail(problem: string): never {
  throw new Error(problem)
}
