import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const documents = spawnSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .stdout.split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))

test('a link in a document leads to a file that is there', () => {
  expect(documents.flatMap(brokenLinks)).toEqual([])
})

function brokenLinks(document: string): string[] {
  const text = readFileSync(join(root, document), 'utf8')
  return [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !existsSync(join(root, dirname(document), target)))
    .map((target) => `${document}: ${target}`)
}
