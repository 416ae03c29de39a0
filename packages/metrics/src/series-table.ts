import { refusal } from '@holdfast/internal'
import { checkLabelValue, labelText } from './label-value.ts'
import type { Series } from './series.ts'

/** Labels as they come in, to be checked. */
export type GivenLabels = Readonly<Record<string, unknown>>

/** What a metric's series are made of. */
export interface SeriesTableOptions {
  /** The metric's, as it is scraped. */
  readonly name: string
  readonly labelNames: readonly string[]
  /** Values of the registry's labels, which stand before those of the metric. */
  readonly defaults: readonly string[]
  /** How many there may be besides the overflow series. */
  readonly max: number
  /** Is told of each write that goes to the overflow series for want of room. */
  readonly onOverflow: () => void
  /** Whether it matters when a series began: whether it goes up only. */
  readonly counts: boolean
}

/** Makes a series. */
export type CreateSeries<S extends Series> = (
  table: SeriesTable,
  labelValues: readonly string[],
  overflow: boolean,
) => S

/** By the first label's value, then by the second's, … A key made of them all could be that of two series. */
type Node<S> = Map<string, Node<S> | S>

/** The series of a metric, found by their labels. */
export class SeriesTable<S extends Series = Series> {
  readonly name: string
  readonly counts: boolean
  readonly series: S[] = []
  readonly #options: SeriesTableOptions
  readonly #names: readonly string[]
  readonly #create: CreateSeries<S>
  readonly #root: Node<S> = new Map()
  #only: S | undefined
  #overflow: S | undefined

  constructor(options: SeriesTableOptions, create: CreateSeries<S>) {
    this.name = options.name
    this.counts = options.counts
    this.#options = options
    this.#names = options.labelNames
    this.#create = create
  }

  /**
   * The series with these labels, or a new one, not in the table yet.
   *
   * @throws TypeError when a label is missing, is none of the metric's, or has a value that is none.
   */
  of(labels: GivenLabels): S {
    let surplus = -this.#names.length
    for (const _ in labels) surplus += 1
    let node: Node<S> | S | undefined = surplus === 0 ? this.#root : undefined
    for (const name of this.#names) {
      const value = labels?.[name]
      const text = typeof value === 'string' ? value : labelText(value)
      node = (node as Node<S> | undefined)?.get(text as string)
    }
    // The long way is for what is new, or wrong.
    return node instanceof Map || node === undefined ? this.#find(labels) : node
  }

  /** Takes a series in, and returns where to write: another one if its labels or all places are taken. */
  attach(series: S): S {
    const { defaults, max, onOverflow } = this.#options
    const path = series.labelValues.slice(defaults.length)
    const present = this.#walk(path)
    if (present) return present
    let joining = series
    if (this.series.length - (this.#overflow ? 1 : 0) >= max) {
      onOverflow()
      if (this.#overflow) return this.#overflow
      joining = this.#make(
        path.map(() => ''),
        true,
      )
      this.#overflow = joining
    } else this.#place(path, series)
    joining.attached = true
    this.series.push(joining)
    return joining
  }

  /** Forgets a series. */
  delete(series: S): void {
    series.attached = false
    this.series.splice(this.series.indexOf(series), 1)
    this.#only = undefined
    prune(this.#root, series.labelValues.slice(this.#options.defaults.length))
  }

  #find(labels: GivenLabels): S {
    const path = this.#path(labels)
    return this.#walk(path) ?? this.#make(path, false)
  }

  #walk(path: readonly string[]): S | undefined {
    let node: Node<S> | S | undefined = path.length > 0 ? this.#root : this.#only
    for (const value of path) node = (node as Node<S> | undefined)?.get(value)
    return node as S | undefined
  }

  #place(path: readonly string[], series: S): void {
    let node = this.#root
    path.forEach((value, depth) => {
      const next = depth < path.length - 1 ? (node.get(value) ?? new Map()) : series
      node.set(value, next)
      node = next as Node<S>
    })
    if (path.length === 0) this.#only = series
  }

  #make(path: readonly string[], overflow: boolean): S {
    return this.#create(
      this as unknown as SeriesTable,
      [...this.#options.defaults, ...path],
      overflow,
    )
  }

  /** The labels' values, in the order of the metric's names. */
  #path(labels: GivenLabels): string[] {
    const names = this.#names
    const given: string[] = []
    if (typeof labels === 'object') for (const name in labels) given.push(name)
    const fits = given.length === names.length && names.every((name) => given.includes(name))
    if (!fits || Object(labels) !== labels) {
      const allowed = names.join(', ') || 'nothing'
      throw refusal(this.name, given.join(', ') || labels, `labelled by ${allowed}`)
    }
    return names.map((name) => checkLabelValue(this.name, name, labels[name]))
  }
}

/** Takes the place of a path out, and of what is empty without it. */
function prune<S>(node: Node<S>, [value = '', ...rest]: readonly string[]): void {
  const next = node.get(value) as Node<S>
  if (rest.length > 0) prune(next, rest)
  if (rest.length === 0 || next.size === 0) node.delete(value)
}
