import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

test('only the entry `/node` imports modules of Node, so that the others run everywhere', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  const sources = files.filter((file) => /\.ts$/.test(file) && !/test(-d)?\.ts$|testing/.test(file))
  const importing = sources.filter((file) =>
    /from 'node:|\bBuffer\b/.test(readFileSync(join(import.meta.dirname, file), 'utf8')),
  )
  expect(sources.length).toBeGreaterThan(30)
  expect(importing.every((file) => file.startsWith('node'))).toBe(true)
})
