import { readProperty } from '@holdfast/internal'

/**
 * What a call does to the world, as far as its tool's name, its HTTP method, its SQL, or its shell command tell. Checks, such
 * as a test run, only read: their result matters, and what they write does not. To think, or to print a text, does `none` of
 * these.
 */
export type Effect = 'reads' | 'changes' | 'waits' | 'none' | 'unknown'

const CHANGING_WORD =
  /^(?:write|edit|create|update|delete|remove|insert|add|set|put|send|apply|patch|replace|move|rename|commit|push|merge|deploy|restart|install|click|press|type|fill|submit|navigate|upload|book|cancel|assign|label|close|reply|mark)$/
const READING_WORD =
  /^(?:get|list|ls|read|search|find|grep|glob|view|show|cat|fetch|query|select|describe|lookup|look|inspect|check|status|diff|logs?|screenshot|snapshot|count|peek|recall|retrieve|browse|scan|tail|head|tests?|lint|typecheck|tsc|build|verify|validate|compare|ping|audit|observe|poll|watch|info|stat|tree|history|weather|time)$/

/** Words of a tool's name, in lower case: `TodoWrite` is `todo`, `write`. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/)
}

/** What a tool does by its name: the first word that tells decides, except that to search and replace is to replace. */
export function effectOfName(words: readonly string[]): Effect {
  if (words.includes('replace') || words.includes('write')) return 'changes'
  for (const word of words) {
    if (CHANGING_WORD.test(word)) return 'changes'
    if (READING_WORD.test(word)) return 'reads'
  }
  return 'unknown'
}

const COMMAND_KEYS = ['command', 'cmd', 'script'] as const
const SQL_KEYS = ['sql', 'query', 'statement'] as const
const READING_SQL = /^\s*(?:select\b.*\bfrom|show|explain|describe|pragma)\b/is
const CHANGING_SQL =
  /^\s*(?:insert into|update \S+ set|delete from|(?:create|alter|drop) (?:\w+ )?(?:table|index|view)|merge into|truncate)\b/i

/** What a call does by its input, where that tells: a method, a statement, or a shell command. */
export function effectOfInput(input: unknown, command: string | undefined): Effect {
  if (command !== undefined) return effectOfCommand(command)
  const method = readProperty(input, 'method')
  if (typeof method === 'string') return /^(?:get|head)$/i.test(method) ? 'reads' : 'changes'
  const sql = sqlOf(input)
  if (sql === undefined) return 'unknown'
  return READING_SQL.test(sql) ? 'reads' : 'changes'
}

/** The SQL statement of a call that has one. */
export function sqlOf(input: unknown): string | undefined {
  for (const key of SQL_KEYS) {
    const sql = readProperty(input, key)
    if (typeof sql !== 'string') continue
    const beginning = sql.slice(0, MAX_COMMAND)
    if (READING_SQL.test(beginning) || CHANGING_SQL.test(beginning)) return beginning
  }
  return undefined
}

/** The shell command of a call that has one. */
export function commandOf(input: unknown): string | undefined {
  for (const key of COMMAND_KEYS) {
    const command = readProperty(input, key)
    if (typeof command === 'string') return command
    if (Array.isArray(command) && command.every((part) => typeof part === 'string')) {
      return command.join(' ')
    }
  }
  return undefined
}

/** A longer command is a program, which may do anything. */
const MAX_COMMAND = 1000
/** A redirection into a file, and not of one stream into another or into nothing. */
const WRITES_FILE = />(?!\s*(?:\/dev\/null|&\d))/
/** What may come before the program that a command runs. */
const PREFIX =
  /^(?:\s|[A-Za-z_]\w*=\S*\s|(?:sudo|time|nohup|env|command|npx|bunx|then|do|uv run|poetry run|timeout(?: -\S+)* \d+\w?) )*/
const READING_COMMAND =
  /^(?:cd|cat|ls|ll|dir|grep|egrep|rg|ag|find|fd|head|tail|wc|pwd|which|type|file|du|df|ps|top|date|whoami|id|hostname|uname|uptime|sort|uniq|cut|jq|yq|tree|less|more|diff|cmp|comm|md5sum|sha256sum|echo|printf|true|false|test|\[|ping|dig|nslookup|host|stat|history|printenv|env|lsof|netstat|ss|nl|tr|column|awk|xxd|strings|sleep|tsc|eslint|prettier --check|ruff check|mypy|pyright|pytest|jest|vitest|make (?:test|check|lint)|cargo (?:check|test|clippy|build)|go (?:test|vet|build)|(?:npm|pnpm|yarn|bun) (?:t|test|ls|list|view|audit|outdated|run (?:test|lint|typecheck|check|build|types)|test|lint|typecheck|check|build)|git (?:status|log|diff|show|blame|grep|rev-parse|ls-files|ls-remote|branch$|branch -|remote|describe|shortlog|fetch)|gh (?:\w+ )?(?:view|list|status|checks|watch)|kubectl (?:get|describe|logs|top|rollout status)|docker (?:ps|logs|inspect|images)|systemctl status|journalctl|terraform (?:plan|validate|show))(?![\w-])|^sed -n|^curl (?!.*(?:-X ?(?!GET)|-d|--data|-o |-O|-T|-F))|^python3? -m (?:pytest|unittest|mypy)\b/

function effectOfCommand(command: string): Effect {
  if (command.length > MAX_COMMAND) return 'unknown'
  const plain = command.replace(/\d?>&\d/g, '')
  if (WRITES_FILE.test(plain)) return 'changes'
  const parts = plain.split(/&&|\|\||[|;&\n]/).map((part) => part.replace(PREFIX, '').trim())
  return parts.every((part) => part === '' || READING_COMMAND.test(part)) ? 'reads' : 'changes'
}

/** Whether a command only waits. */
export function isWaitCommand(command: string): boolean {
  return command.length <= MAX_IDLE && WAIT_COMMAND.test(command)
}

/** Whether a command only prints what it was given. */
export function isPrintCommand(command: string): boolean {
  return command.length <= MAX_IDLE && PRINT_COMMAND.test(command)
}

const MAX_IDLE = 200
// On Windows `timeout` waits; elsewhere it runs what follows.
const WAIT_COMMAND = /^\s*(?:(?:start-)?sleep(?:\s[\s\w.-]*)?|timeout(?:\s+\/\w)*\s+\d+\s*)$/i
const PRINT_COMMAND = /^\s*(?:(?:echo|printf)\b[^|>;&`$]*|true|:)\s*$/
