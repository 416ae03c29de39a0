// Main entries run on every runtime. What needs Node is behind an entry of its own, so that a bundle for a browser or a
// worker neither fails nor warns.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { root } from './documents.ts'

/** Entries that need modules of Node. Every other one must do without them. */
const NEEDS_NODE = [
  '@holdfast/bedrock-simulator',
  '@holdfast/feature-flags/node',
  '@holdfast/logger/node',
  '@holdfast/logger/request',
  '@holdfast/logger/trace',
  '@holdfast/metrics/node',
  '@holdfast/metrics/process',
]

interface Entry {
  readonly name: string
  /** Its source file. */
  readonly path: string
}

const entries = readdirSync(join(root, 'packages')).flatMap(entriesOf)
const portable = entries.filter(({ name }) => !NEEDS_NODE.includes(name))

test('entries that need Node exist, and need it', async () => {
  for (const name of NEEDS_NODE) {
    const entry = entries.find((entry) => entry.name === name)
    expect(entry, name).toBeDefined()
    await expect(bundle(entry?.path ?? '', 'browser'), name).rejects.toThrow(
      /Could not resolve "node:/,
    )
  }
})

describe.each(portable)('$name', ({ path }) => {
  test.each(['browser', 'neutral'] as const)(
    'bundles for %s without a warning',
    async (platform) => {
      const { warnings, text } = await bundle(path, platform)
      expect(warnings).toEqual([])
      expect(text).not.toMatch(/\bfrom\s*["']node:|\brequire\(["']/)
    },
  )

  test('loads without the globals of Node', async () => {
    const { text } = await bundle(path, 'browser', 'iife')
    expect(() => runInContext(text, createContext(webGlobals()))).not.toThrow()
  })
})

test('a module of Node behind a main entry is found', async () => {
  const stdin = { contents: `import { statSync } from 'node:fs'\nstatSync('.')`, resolveDir: root }
  await expect(bundle(stdin, 'browser')).rejects.toThrow('Could not resolve "node:fs"')
})

/** The entries of a published package, except files such as a schema. */
function entriesOf(folder: string): Entry[] {
  const path = join(root, 'packages', folder)
  const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
  if (manifest.private) return []
  return Object.entries<{ readonly '@holdfast/source'?: string }>(manifest.exports).flatMap(
    ([entry, { '@holdfast/source': source }]) =>
      source ? { name: join(manifest.name, entry), path: join(path, source) } : [],
  )
}

async function bundle(
  entry: string | { readonly contents: string; readonly resolveDir: string },
  platform: 'browser' | 'neutral',
  format: 'esm' | 'iife' = 'esm',
): Promise<{ readonly warnings: readonly unknown[]; readonly text: string }> {
  const { warnings, outputFiles } = await build({
    ...(typeof entry === 'string' ? { entryPoints: [entry] } : { stdin: entry }),
    bundle: true,
    platform,
    format,
    conditions: ['@holdfast/source'],
    // The user's own dependency, which has a build for browsers.
    external: format === 'esm' ? ['@aws-sdk/*'] : [],
    write: false,
    logLevel: 'silent',
  })
  return { warnings, text: outputFiles[0]?.text ?? '' }
}

/** What browsers and workers have besides the language. */
function webGlobals(): Record<string, unknown> {
  const names = [
    ...['AbortController', 'AbortSignal', 'DOMException', 'Event', 'EventTarget'],
    ...['Headers', 'ReadableStream', 'Request', 'Response', 'TransformStream', 'URL'],
    ...['URLSearchParams', 'TextDecoder', 'TextEncoder', 'CompressionStream'],
    ...['console', 'crypto', 'fetch', 'performance', 'queueMicrotask', 'structuredClone'],
    ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  ]
  return Object.fromEntries(names.map((name) => [name, Reflect.get(globalThis, name)]))
}
