/** A sample as a line tells it. */
export interface Sample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
  /** As it was written. */
  readonly valueText: string
  readonly exemplar?: { labels: ReadonlyMap<string, string>; value: number; timestamp?: number }
}

const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*/
const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*/
/** OpenMetrics 1.0, ABNF `number`; what Go's `ParseFloat` takes besides is not written by anybody. */
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)(?= |$)/
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' }

/** Reads a line from left to right, and throws at whatever the grammar has no rule for. */
class Cursor {
  readonly #line: string
  #at = 0

  constructor(line: string) {
    this.#line = line
  }

  get rest(): string {
    return this.#line.slice(this.#at)
  }

  skip(text: string): boolean {
    const found = this.rest.startsWith(text)
    if (found) this.#at += text.length
    return found
  }

  expect(text: string): void {
    if (!this.skip(text)) this.fail(`${JSON.stringify(text)} expected`)
  }

  match(pattern: RegExp, what: string): string {
    const [found] = pattern.exec(this.rest) ?? this.fail(`${what} expected`)
    this.#at += found.length
    return found
  }

  quoted(): string {
    this.expect('"')
    let text = ''
    while (!this.skip('"')) {
      const [char] = this.rest
      if (char === undefined || char === '\n') this.fail('the quote does not end')
      this.#at += char.length
      if (char === '\\') {
        const escaped = this.rest[0] ?? ''
        text += ESCAPES[escaped] ?? this.fail(`no such escape: \\${escaped}`)
        this.#at += 1
      } else text += char
    }
    return text
  }

  fail(reason: string): never {
    throw new Error(`${reason} at ${this.#at} of ${JSON.stringify(this.#line)}`)
  }
}

/** @param exemplars - Whether the format has them. */
export function readSample(line: string, { exemplars }: { exemplars: boolean }): Sample {
  const cursor = new Cursor(line)
  let name = cursor.rest.startsWith('{') ? undefined : cursor.match(METRIC, 'a name')
  const labels = new Map<string, string>()
  if (cursor.skip('{')) {
    if (name === undefined) {
      name = cursor.quoted()
      if (METRIC.exec(name)?.[0] === name) cursor.fail('a legacy name needs no quotes')
      if (!cursor.skip('}')) {
        cursor.expect(',')
        readLabels(cursor, labels)
      }
    } else readLabels(cursor, labels)
  }
  cursor.expect(' ')
  const valueText = cursor.match(NUMBER, 'a number')
  const sample = { name: name as string, labels, value: toNumber(valueText), valueText }
  if (cursor.rest === '' || !exemplars) {
    if (cursor.rest !== '') cursor.fail('the end of the line expected')
    return sample
  }
  cursor.expect(' # {')
  const exemplarLabels = new Map<string, string>()
  if (!cursor.skip('}')) readLabels(cursor, exemplarLabels)
  cursor.expect(' ')
  const value = toNumber(cursor.match(NUMBER, 'a number'))
  if (cursor.rest === '') return { ...sample, exemplar: { labels: exemplarLabels, value } }
  cursor.expect(' ')
  const timestamp = toNumber(cursor.match(NUMBER, 'a timestamp'))
  if (cursor.rest !== '') cursor.fail('the end of the line expected')
  return { ...sample, exemplar: { labels: exemplarLabels, value, timestamp } }
}

function readLabels(cursor: Cursor, labels: Map<string, string>): void {
  do {
    const isQuoted = cursor.rest.startsWith('"')
    const name = isQuoted ? cursor.quoted() : cursor.match(LABEL, 'a label')
    if (isQuoted && LABEL.exec(name)?.[0] === name) cursor.fail('a legacy name needs no quotes')
    if (labels.has(name)) cursor.fail(`${name} is there already`)
    cursor.expect('=')
    labels.set(name, cursor.quoted())
  } while (cursor.skip(','))
  cursor.expect('}')
}

/** The name in a HELP, TYPE or UNIT line, and what follows it. */
export function readNamed(text: string): { name: string; rest: string } {
  const cursor = new Cursor(text)
  const name = text.startsWith('"') ? cursor.quoted() : cursor.match(METRIC, 'a name')
  cursor.expect(' ')
  return { name, rest: cursor.rest }
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'))
}

/** Undoes the escapes of a help text, and throws at those that there are not. */
export function readHelp(text: string, escapes: string): string {
  return text.replace(/\\(.?)/gs, (whole, char: string) => {
    if (char === '' || !escapes.includes(char)) throw new Error(`no such escape in HELP: ${whole}`)
    return ESCAPES[char] ?? char
  })
}
