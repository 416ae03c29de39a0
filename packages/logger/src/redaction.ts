import { refusal } from '@holdfast/internal'
import { parsePath } from './redact-path.ts'

/** What is kept out of the log. */
export interface RedactOptions {
  /**
   * Names of fields whose values are kept out wherever they stand, besides those that always are. Case, `-` and `_` make
   * no difference.
   */
  readonly keys?: readonly string[] | undefined
  /** Places of such fields: `user.email`, `items[*].card`, `*.ssn`; `*` is any name or index of one level. */
  readonly paths?: readonly string[] | undefined
}

/** Where in the redaction's paths a value stands; `undefined` for nowhere. */
export type Path = readonly PathNode[] | undefined

/** A place in a path, with what may come after it. */
export interface PathNode {
  readonly next: Map<string, PathNode>
  isEnd: boolean
}

/** What stands for a value that is kept out. */
export const CENSORED = '"[redacted]"'

/** Decides what is kept out of the log. */
export interface Redaction {
  /** Whether values under this name are kept out wherever they stand. */
  isSecret(key: string): boolean
  /** Where the paths begin. */
  readonly root: Path
}

// Counts, as in `inputTokens`, are none: in logs of models they are what one looks for.
// Node keeps headers in lists and texts too, where names are no fields: `rawHeaders`, `_header`.
const SECRET =
  /password|passwd|pwd|passphrase|passcode|secret|credential|(?:private|api|access|signing|encryption)key|bearer|rawheaders|^auth$|(?:authorization|cookies?|token|jwt)(?:header)?$/

/** @throws TypeError naming the option that is wrong. */
export function createRedaction(redact: RedactOptions | false = {}): Redaction {
  if (redact === false) return { isSecret: () => false, root: undefined }
  if (Object(redact) !== redact) throw refusal('redact', redact, 'an object or false')
  const own = new Set(checkTexts('redact.keys', redact.keys).map(squash))
  const paths = checkTexts('redact.paths', redact.paths)

  return {
    isSecret(key) {
      const squashed = squash(key)
      return own.has(squashed) || SECRET.test(squashed) || key === '_header'
    },
    root: paths.length > 0 ? [pathTree(paths)] : undefined,
  }
}

/** The nodes that a step to this name or index leads to; `undefined` when no path goes there. */
export function step(nodes: readonly PathNode[], key: string): Path {
  const next = nodes.flatMap(({ next }) => [next.get(key) ?? [], next.get('*') ?? []].flat())
  return next.length > 0 ? next : undefined
}

/** `X-Api-Key`, `xApiKey` and `x_api_key` are one. */
function squash(key: string): string {
  return key.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function pathTree(paths: readonly string[]): PathNode {
  const root: PathNode = { next: new Map(), isEnd: false }
  for (const path of paths) {
    let node = root
    for (const key of parsePath('redact.paths', path)) {
      const next = node.next.get(key) ?? { next: new Map(), isEnd: false }
      node.next.set(key, next)
      node = next
    }
    node.isEnd = true
  }
  return root
}

function checkTexts(option: string, texts: unknown = []): readonly string[] {
  if (Array.isArray(texts) && texts.every((text) => typeof text === 'string' && text)) return texts
  throw refusal(option, texts, 'an array of non-empty strings')
}
