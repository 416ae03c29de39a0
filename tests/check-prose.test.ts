import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from './documents.ts'

const directory = mkdtempSync(join(tmpdir(), 'holdfast-prose-'))

afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('a phrase in Markdown, a comment, or a string is reported with its line', () => {
  const { status, findings } = check({
    'page.md': '# Title\n\nThe kill switch has the say.\n',
    'comment.ts': 'const a = 1\n/** Told of each call. */\nconst b = 2\n',
    'line-comment.mjs': 'const a = 1 // An error harms nobody.\n',
    'string.ts': "throw new Error('The call was turned away')\n",
    'template.ts': 'const n = 1\nconst text = `Ten calls a second`\n',
    'after-regex.ts': 'const quote = /"/\n// Waits for ever.\n',
  })
  expect(findings).toEqual([
    'page.md:3: "has the say" (write instead: takes precedence)',
    'comment.ts:2: "Told" (write instead: is called with, receives, is reported)',
    'line-comment.mjs:1: "harms nobody" (write instead: is ignored)',
    'string.ts:1: "turned away" (write instead: rejects)',
    'template.ts:2: "calls a second" (write instead: per second, per minute, per call)',
    'after-regex.ts:2: "for ever" (write instead: forever)',
  ])
  expect(status).toBe(1)
})

test('code, inline code, and plain prose pass', () => {
  const { status, findings } = check({
    'code-block.md': '```ts\nlog("it is told")\n```\n',
    'inline-code.md': 'The event `member.is told` has no payload.\n',
    'inline-code.ts': '// Renames `Told` to `Reported`.\n',
    'code.ts': 'const Told = { harms: 1 }\nuse(Told, harms)\n',
    'regex.ts': 'const pattern = /harms nobody/\n',
    'plain.ts': '/** Exceptions from the observer are ignored. */\nconst a = 1\n',
  })
  expect(findings).toEqual([])
  expect(status).toBe(0)
})

function check(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  const script = join(root, 'scripts', 'check-prose.mjs')
  const { status, stderr } = spawnSync(process.execPath, [script, ...Object.keys(files)], {
    cwd: directory,
    encoding: 'utf8',
  })
  return { status, findings: stderr.split('\n').filter((line) => line !== '') }
}
