import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root: string = join(import.meta.dirname, '..')

/** The paths of all tracked Markdown files, relative to the root. */
export const documents: readonly string[] = spawnSync('git', ['ls-files', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .stdout.split('\n')
  .filter((file) => file !== '' && existsSync(join(root, file)))

export const read = (document: string): string => readFileSync(join(root, document), 'utf8')
