import { readFileSync } from 'node:fs'
import type { Options } from 'tsup'

/**
 * One build for every package, each run in its own folder. The entries are those that its
 * package.json names: the sources of `exports`, and for a command `./dist/x.js` its `src/x.ts`.
 */
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, { '@holdfast/source'?: string }>
  bin?: Record<string, string>
}
const modules = Object.values(manifest.exports).flatMap(
  (target) => target['@holdfast/source'] ?? [],
)
const commands = Object.values(manifest.bin ?? {}).map((path) =>
  path.replace('./dist/', './src/').replace(/\.js$/, '.ts'),
)

const config: Options = {
  entry: [...modules, ...commands],
  format: 'esm',
  target: 'node20',
  clean: true,
  // Bundlers for workers and browsers know Node's modules by their prefix only.
  removeNodeProtocol: false,
  silent: true,
  // `@holdfast/internal` is never published: it is bundled into each package that uses it, code and types.
  noExternal: ['@holdfast/internal'],
  dts: {
    compilerOptions: {
      customConditions: null,
      paths: {
        '@holdfast/internal': ['../internal/src/index.ts'],
        '@holdfast/internal/*': ['../internal/src/*.ts'],
      },
      // tsup 8 sets `baseUrl`, which TypeScript 6 calls deprecated.
      ignoreDeprecations: '6.0',
    },
  },
}

export default config
