import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { root } from './documents.ts'

// The same rules as the second picture of docs/architecture.md. Type imports count too.

/** Packages that no other package may import, except the ones that compose them. */
const PRIMITIVES = [
  'retry',
  'circuit-breaker',
  'limiter',
  'pipeline',
  'feature-flags',
  'metrics',
  'logger',
  'tool-loop-guard',
  'bedrock-simulator',
]

/** Which of our packages a package may import in its sources, besides `internal`. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(PRIMITIVES.map((name) => [name, []])),
  internal: [],
  'bedrock-adapter': ['retry', 'circuit-breaker', 'limiter', 'pipeline', 'tool-loop-guard'],
}

/** Circles that exist today, as the paths below `packages/`. The test fails for any other one. Delete a line when its circle is gone. */
const KNOWN_CIRCLES: readonly string[] = [
  'bedrock-adapter/src/tool-loop/tool-loop-events.ts + bedrock-adapter/src/tool-loop/tool-loop-result.ts',
  'circuit-breaker/src/circuit.ts + circuit-breaker/src/snapshot.ts',
  'internal/src/errors/classify-error.ts + internal/src/errors/grpc-status.ts',
  'metrics/src/series-table.ts + metrics/src/series.ts',
  'retry/src/ratio-budget.ts + retry/src/retry-budget.ts + retry/src/token-budget.ts',
  'tool-loop-guard/src/guard.ts + tool-loop-guard/src/tool-loop-error.ts',
  'tool-loop-guard/src/escalation.ts + tool-loop-guard/src/replays.ts + tool-loop-guard/src/state.ts',
]

/** Files of `internal/src` that fewer than two packages need today. Delete a line when its file moves or gets a second user. */
const KNOWN_SINGLE_USERS: readonly string[] = ['host-check.ts', 'ring-window.ts', 'shorten.ts']

interface SourceFile {
  readonly path: string
  /** The package's folder name. */
  readonly owner: string
  /** Modules as they are written in the file: `./retry.ts`, `@holdfast/internal`. */
  readonly imports: readonly string[]
}

const files = readdirSync(join(root, 'packages')).flatMap(sourcesOf)
const byPath = new Map(files.map((file) => [file.path, file]))

test('no files import each other in a circle', () => {
  const circles = circlesOf(files).map((circle) =>
    circle.map((path) => relative('packages', path).replaceAll('\\', '/')).join(' + '),
  )
  expect(circles.filter((circle) => !KNOWN_CIRCLES.includes(circle))).toEqual([])
})

test('a package imports only the packages that the rules allow', () => {
  const offenders = files.flatMap(({ path, owner, imports }) =>
    imports
      .map(packageOf)
      .filter((name) => name !== undefined && name !== 'internal' && name !== owner)
      .filter((name) => !ALLOWED[owner]?.includes(name ?? ''))
      .map((name) => `${path} imports ${name}`),
  )
  expect(offenders).toEqual([])
})

test('internal imports none of our packages', () => {
  const own = files.filter(({ owner }) => owner === 'internal')
  expect(own.flatMap(({ imports }) => imports).filter(packageOf)).toEqual([])
})

test('every file of internal is needed by at least two packages', () => {
  const offenders = [...usersOfInternal()]
    .filter(([path, users]) => users.size < 2 && !KNOWN_SINGLE_USERS.includes(path))
    .map(([path, users]) => `${path} is needed by ${[...users].join() || 'no package'}`)
  expect(offenders).toEqual([])
})

describe('the search for circles', () => {
  const file = (path: string, ...imports: string[]): SourceFile => ({ path, owner: 'p', imports })

  test('finds circles of any length, and reports two separate circles separately', () => {
    const found = circlesOf([
      file('p/a.ts', './b.ts'),
      file('p/b.ts', './c.ts'),
      file('p/c.ts', './a.ts', './d.ts'),
      file('p/d.ts', './e.ts'),
      file('p/e.ts', './d.ts'),
    ])
    expect(found).toEqual([
      ['p/a.ts', 'p/b.ts', 'p/c.ts'],
      ['p/d.ts', 'p/e.ts'],
    ])
  })

  test('finds none where two paths lead to the same file', () => {
    const files = [file('p/a.ts', './b.ts', './c.ts'), file('p/b.ts', './c.ts'), file('p/c.ts')]
    expect(circlesOf(files)).toEqual([])
  })

  test('counts type imports and re-exports', () => {
    const text = `import type { A } from './a.ts'\nexport type { B } from './b.ts'\nlet c: import('./c.ts').C`
    expect(importsOf(text)).toEqual(['./a.ts', './b.ts', './c.ts'])
  })
})

/** The source files of a package, without its tests. */
function sourcesOf(owner: string): SourceFile[] {
  const folder = join('packages', owner, 'src')
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/\.(test|test-d)\.ts$/.test(name))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .sort()
    .map((path) => ({ path, owner, imports: importsOf(textOf(path)) }))
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every module that a file imports or re-exports, types included. */
function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** `retry` for `@holdfast/retry/databases`; undefined for a relative path or a package that is not ours. */
function packageOf(specifier: string): string | undefined {
  return /^@holdfast\/([^/]+)/.exec(specifier)?.[1]
}

/** The files that a file imports from its own package. */
function neighborsOf(file: SourceFile): string[] {
  return file.imports
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => join(dirname(file.path), specifier).replaceAll('\\', '/'))
}

/** The strongly connected components with more than one file, by Tarjan's algorithm. */
function circlesOf(files: readonly SourceFile[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []

  function visit(file: SourceFile): number {
    const index = order.size
    let low = index
    order.set(file.path, index)
    stack.push(file.path)
    for (const path of neighborsOf(file)) {
      const neighbor = byPath.get(path)
      if (neighbor === undefined) continue
      if (!order.has(path)) low = Math.min(low, visit(neighbor))
      else if (stack.includes(path)) low = Math.min(low, lowest.get(path) ?? order.get(path) ?? low)
      lowest.set(file.path, low)
    }
    if (low === index) {
      const component = stack.splice(stack.indexOf(file.path))
      if (component.length > 1) circles.push(component.sort())
    }
    return low
  }
  for (const file of files) if (!order.has(file.path)) visit(file)
  return circles.sort()
}

/** For each file of `internal`, the packages that need it: directly, or through another file of `internal`. */
function usersOfInternal(): Map<string, Set<string>> {
  const folder = 'packages/internal/src'
  const users = new Map(
    files.filter(({ owner }) => owner === 'internal').map(({ path }) => [path, new Set<string>()]),
  )
  const addUser = (path: string, user: string): void => {
    if (users.get(path)?.has(user) ?? true) return
    users.get(path)?.add(user)
    const file = byPath.get(path)
    // An index only passes names on, so that importing one of them needs no other file.
    if (file === undefined || basename(path) === 'index.ts') return
    for (const neighbor of neighborsOf(file)) addUser(neighbor, user)
  }
  const home = namesOfIndex()
  for (const { path, owner, imports } of [...files, ...testFiles()]) {
    if (owner === 'internal') continue
    const isTest = !byPath.has(path)
    for (const specifier of imports.filter((name) => packageOf(name) === 'internal')) {
      const entry = relative('@holdfast/internal', specifier) || 'index'
      // Tests count as users of the test helpers only.
      if (isTest && !entry.startsWith('testing')) continue
      if (entry !== 'index') addUser(`${folder}/${entry}.ts`, owner)
      else
        for (const name of namesFrom(textOf(path), specifier)) addUser(home.get(name) ?? '', owner)
    }
  }
  users.delete(`${folder}/index.ts`)
  return new Map([...users].map(([path, packages]) => [path.slice(folder.length + 1), packages]))
}

/** Name → the file of `internal` from which its index exports it. */
function namesOfIndex(): Map<string, string> {
  const index = 'packages/internal/src/index.ts'
  return new Map(
    importsOf(textOf(index)).flatMap((specifier) => {
      const path = join(dirname(index), specifier).replaceAll('\\', '/')
      return namesFrom(textOf(index), specifier).map((name): [string, string] => [name, path])
    }),
  )
}

/** The names that a file imports or re-exports from one module. */
function namesFrom(text: string, specifier: string): string[] {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest)
  return file.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return []
    const { moduleSpecifier } = statement
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return []
    if (moduleSpecifier.text !== specifier) return []
    const names = ts.isImportDeclaration(statement)
      ? statement.importClause?.namedBindings
      : statement.exportClause
    if (names === undefined || !('elements' in names)) return []
    return names.elements.map(({ propertyName, name }) => (propertyName ?? name).text)
  })
}

function testFiles(): SourceFile[] {
  return readdirSync(join(root, 'packages')).flatMap((owner) =>
    ['src', 'test'].flatMap((place) => {
      const folder = join('packages', owner, place)
      if (!existsSync(join(root, folder))) return []
      return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name).replaceAll('\\', '/'))
        .filter((path) => !byPath.has(path))
        .map((path) => ({ path, owner, imports: importsOf(textOf(path)) }))
    }),
  )
}
