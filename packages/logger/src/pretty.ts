import { checkBooleans } from '@holdfast/internal'
import type { Destination } from './destination.ts'
import { defaultFields, type FieldMap } from './field-map.ts'
import { standardOutput } from './standard-output.ts'

/** Options of {@link pretty}. */
export interface PrettyOptions {
  /** Default: when the standard output is a terminal, and `NO_COLOR` is not set. */
  readonly colors?: boolean | undefined
  /** That of the logger. Default `defaultFields`. */
  readonly fieldMap?: FieldMap | undefined
  /** Where the text goes. Default: the standard output. */
  readonly destination?: Destination | undefined
}

/**
 * A destination that makes lines readable for a person: `12:30:01.123 INFO started port=8080`, with the stacks of errors
 * below. For a terminal while you work; what is collected should stay JSON.
 *
 * @throws TypeError naming the option that is wrong.
 *
 * @example
 * const log = createLogger({ destination: process.stdout.isTTY ? pretty() : undefined })
 */
export function pretty(options: PrettyOptions = {}): Destination {
  checkBooleans(options, 'colors')
  const { fieldMap = defaultFields, destination = standardOutput() } = options
  const { colors = isColorTerminal() } = options
  const paint = colors ? inColor : (text: string) => text
  return {
    write: (line) => destination.write(readable(line, fieldMap, paint)),
    flush: () => destination.flush?.(),
    flushSync: () => destination.flushSync?.(),
  }
}

function isColorTerminal(): boolean {
  const process = globalThis.process as Partial<NodeJS.Process> | undefined
  return Boolean(process?.stdout?.isTTY && !process.env?.['NO_COLOR'])
}

type Paint = (text: string, color: number) => string

const inColor: Paint = (text, color) => `\u001b[${color}m${text}\u001b[0m`

const GRAY = 90
const RED = 31
const COLORS: Readonly<Record<string, number>> = {
  TRACE: GRAY,
  DEBUG: GRAY,
  INFO: 32,
  WARN: 33,
  ERROR: RED,
  FATAL: RED,
}

function readable(line: string, map: FieldMap, paint: Paint): string {
  const fields = parse(line)
  if (fields === undefined) return line
  const { [map.time]: time, [map.level]: level, [map.message]: message, ...rest } = fields
  const label = `${level}`.toUpperCase()
  const words = [
    paint(clockTime(`${time}`), GRAY),
    paint(label.padEnd(5), COLORS[label] ?? GRAY),
    visible(`${message}`),
  ]
  const stacks: string[] = []
  for (const [name, value] of Object.entries(rest)) {
    const { stack, others } = split(name, value, map)
    if (stack !== undefined) stacks.push(`\n${stack}`.replace(/\n/g, '\n  '))
    if (others !== undefined) words.push(paint(`${shown(name)}=`, GRAY) + shown(others))
  }
  return `${words.join(' ')}${stacks.map(visible).join('')}\n`
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return Object(value) === value ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** Where the reader is. */
function clockTime(time: string): string {
  return `${new Date(time).toTimeString().slice(0, 8)}${time.slice(19, 23)}`
}

/** An error's stack, with those of its causes, and what else there is of it. */
function split(
  name: string,
  value: unknown,
  map: FieldMap,
): { readonly stack?: string; readonly others?: unknown } {
  if (typeof value === 'string' && name === map.error?.stack) return { stack: value }
  const { type: _, message: __, stack, cause, ...others } = (value ?? {}) as Facts
  if (typeof stack !== 'string') return { others: value }
  const { stack: below } = split('cause', cause, map)
  return {
    stack: below === undefined ? stack : `${stack}\ncaused by ${below}`,
    ...(Object.keys(others).length > 0 && { others }),
  }
}

type Facts = Readonly<Record<string, unknown>>

function shown(value: unknown): string {
  const isWord = typeof value === 'string' && !/^$|[\s"=]/.test(value)
  return visible(isWord ? value : JSON.stringify(value))
}

/** What is in a log must not steer the terminal. */
function visible(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
    /[\0-\x08\x0b-\x1f\x7f-\x9f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
