// Flags phrases that readers had to read twice, in Markdown and in the comments and strings of code.
// `node scripts/check-prose.mjs [path …]` checks the whole repository, or the given files and folders.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { root } from './pnpm.mjs'
import { proseLines } from './prose-lines.mjs'

/** Folders whose prose has not been rewritten yet. Delete a line when its folder passes. */
const NOT_YET_REWRITTEN = [
  'packages/bedrock-adapter/',
  'packages/bedrock-simulator/',
  'packages/circuit-breaker/',
  'packages/internal/',
  'packages/limiter/',
  'packages/logger/',
  'packages/metrics/',
  'packages/pipeline/',
  'packages/retry/',
  'packages/tool-loop-guard/',
]

/** Files that contain the phrases on purpose. */
const EXEMPT = ['scripts/check-prose.mjs', 'tests/check-prose.test.ts']

/** A phrase to avoid, and what to write instead. */
const RULES = [
  [/ha(s|ve) the say/, 'takes precedence'],
  [/harms nobody/, 'is ignored'],
  [
    /\b(is|are|was|were|be|been) told\b|\b[Tt]old,|\bTold\b/,
    'is called with, receives, is reported',
  ],
  [/\btells? (of|that|what|how)\b/, 'reports'],
  [/\bthe asker\b/, 'the caller'],
  [/\bfor want of\b/, 'because there is no'],
  [/\bout of account\b/, 'ignored, not counted'],
  [/\b(comes?|came) to (its|their) end\b/, 'ends'],
  [/\bmay come to be\b/, 'may become'],
  [/\bso far as\b/, 'if, as far as'],
  [/\b[Ww]hoever\b/, 'the caller, the client, anyone who'],
  [/\bof such a\b/, 'name the thing again'],
  [/\bone that an?\b/, 'name the thing again'],
  [/\bthat there (is|are) not\b|\bthat there (is|are)\b(?= *[.,:;)]|$)/, 'unknown, all'],
  [/\bnobody is in\b/, 'is empty'],
  [/\bmay look\b/, 'may check, may read'],
  [/\bputs? (\w+ )?right\b/, 'fixes'],
  [/\bis made so\b/, 'becomes'],
  [/\bgoes by the\b/, 'uses the'],
  [/\bturn(s|ed|ing)? (\w+ )?away\b/, 'rejects'],
  [/\bas (it|they) comes?\b/, 'with the defaults, unchanged'],
  [/\b(does not|do not|did not|never) heed\b|\bheeds?\b/, 'respects'],
  [/\bin (its|their) turn\b/, 'in order, in the same way'],
  [/\blets? go of\b/, 'releases'],
  [/\bfor ever\b/, 'forever'],
  [/\b(none|nothing|no more) than there\b/, 'say it directly'],
  [/\bwhen it is to\b|\bif it is to\b/, 'name the condition'],
  [
    /\b(calls?|requests?|retries|tokens|attempts|bytes|ms|µs|ns|KiB|runs|lines?) an? (second|minute|hour|call|job|key|panel)\b/,
    'per second, per minute, per call',
  ],
  [/\bby ever so\b/, 'slightly'],
  [/\bno more of\b.*\bthan\b/, 'at most'],
  [/\bthe like of\b|\band its like\b|\band their like\b/, 'and similar'],
  [/\bis of use\b|\bare of use\b/, 'is useful'],
  [/\bgrave(r|st)?\b/, 'severe'],
  [/\breckons?\b/, 'computes, estimates'],
  [/\bbegins? anew\b|\banew\b/, 'starts again, again'],
  [
    /\b(behaviour|colour|favour|honour|labell|modell|recognis|normalis|serialis|initialis)/,
    'American spelling',
  ],
].map(([phrase, instead]) => ({ phrase, instead }))

const files = listFiles(process.argv.slice(2))
const findings = files.flatMap((path) =>
  proseLines(path, readFileSync(path, 'utf8')).flatMap((line, index) =>
    RULES.filter(({ phrase }) => phrase.test(line)).map(
      ({ phrase, instead }) =>
        `${path}:${index + 1}: "${phrase.exec(line)[0]}" (write instead: ${instead})`,
    ),
  ),
)
for (const finding of findings) console.error(finding)
if (findings.length > 0) process.exitCode = 1
console.log(`${files.length} files, ${findings.length} phrases to rewrite`)

/** The files to check. Paths that are given are checked even if the rest of their folder is exempt. */
function listFiles(paths) {
  if (paths.length > 0) {
    return paths.flatMap((path) => (statSync(path).isDirectory() ? filesOfGit(path) : path))
  }
  process.chdir(root)
  return filesOfGit('.').filter(
    (path) => !NOT_YET_REWRITTEN.some((folder) => path.startsWith(folder)),
  )
}

/** The files below a folder that git tracks, or would add. */
function filesOfGit(folder) {
  const { stdout } = spawnSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', '--', folder],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  return stdout
    .split('\n')
    .filter((path) => /\.(md|ts|mts|cts|mjs|cjs)$/.test(path) && !path.endsWith('CHANGELOG.md'))
    .filter((path) => existsSync(path) && !EXEMPT.includes(path))
}
