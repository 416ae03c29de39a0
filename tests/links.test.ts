import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { documents, read, root } from './documents.ts'

test('every relative link in a document leads to an existing file', () => {
  expect(documents.flatMap(brokenLinks)).toEqual([])
})

function brokenLinks(document: string): string[] {
  return [...read(document).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !existsSync(join(root, dirname(document), target)))
    .map((target) => `${document}: ${target}`)
}
