// What every published package promises, checked on the tarball that npm would get.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { basename, join, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { publishable } from './publishable.mjs'
import { run, tool } from './run.mjs'

/** Packages that may depend at run time on others of this repository; the rest depend on nothing. */
const composed = ['@holdfast/bedrock-adapter']

/** The checks of every package, given the directory that `scripts/pack.mjs` filled. */
export function packageChecks(directory) {
  return publishable.flatMap(({ folder, manifest }) => {
    const tarball = `${manifest.name.slice(1).replace('/', '-')}-${manifest.version}.tgz`
    const path = join(directory, tarball)
    const check = (name, work) => ({ name: `${name} ${manifest.name}`, work })
    return [
      check('manifest', () => verdict(manifestProblems(folder, manifest))),
      check('contents', () => verdict(contentProblems(unpack(directory, tarball)))),
      check('dependencies', () => verdict(dependencyProblems(manifest))),
      check('publint', () => run([...tool('publint'), 'run', path, '--strict'])),
      check('types resolve', () => run([...attw, path, '--profile', 'esm-only'])),
    ]
  })
}

const attw = tool('@arethetypeswrong/cli', 'attw')
const verdict = (problems) => ({
  status: problems.length === 0 ? 0 : 1,
  output: problems.join('\n'),
})

/** The fields that are the same in every package, and the README. */
function manifestProblems(folder, manifest) {
  const path = `packages/${basename(folder)}`
  const fields = {
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20.0.0' },
    files: ['dist', ...offered(manifest.exports)],
    repository: { ...manifest.repository, type: 'git', directory: path },
    publishConfig: { access: 'public', provenance: true, exports: shipped(manifest.exports) },
  }
  const problems = Object.keys(fields)
    .filter((field) => !isDeepStrictEqual(manifest[field], fields[field]))
    .map((field) => `${path}/package.json: ${field} must be ${JSON.stringify(fields[field])}`)
  if (!existsSync(join(folder, 'README.md'))) problems.push(`${path}/README.md is missing`)
  return problems
}

/** The files outside `dist` that users may name, such as a schema; `package.json` ships anyway. */
function offered(exports) {
  return Object.values(exports)
    .filter((target) => typeof target === 'string' && target !== './package.json')
    .map((target) => target.replace('./', ''))
}

/** `exports` as it must ship: types, then default, and no condition that points at sources. */
function shipped(exports) {
  const entries = Object.entries(exports).map(([name, target]) =>
    typeof target === 'string'
      ? [name, target]
      : [name, { types: target.types, default: target.default }],
  )
  return Object.fromEntries(entries)
}

/** Only what is meant to ship is in the tarball, and nothing in it needs what its user may lack. */
function contentProblems(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  const text = (file) => readFileSync(join(folder, file), 'utf8')
  const manifest = JSON.parse(text('package.json'))
  const { dependencies, peerDependencies, exports } = manifest
  const declared = Object.keys({ ...dependencies, ...peerDependencies })

  const allowed = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/.+)$/
  const others = offered(exports)
  const required = ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', ...others]
  return [
    ...files
      .filter((file) => !allowed.test(file) && !others.includes(file))
      .map((file) => `${file} must not ship`),
    ...required.filter((file) => !files.includes(file)).map((file) => `${file} does not ship`),
    ...(JSON.stringify(exports).includes('@holdfast/source') ? ['exports name sources'] : []),
    ...files
      .filter((file) => /^dist\/.*\.[jt]s$/.test(file))
      .flatMap((file) => imports(text(file)).map((name) => ({ file, name })))
      .filter(({ name }) => !isBuiltin(name) && !declared.includes(name))
      .map(({ file, name }) => `${file} imports ${name}, which package.json does not declare`),
  ]
}

/** The packages and built-in modules that a built file imports, by its statements and `import()`. */
function imports(code) {
  const statement = /^(?:import|export)\s(?:[^'";]*\sfrom\s)?\s*['"](?<name>[^'"]+)['"]/gm
  const expression = /^(?!\s*\*).*\bimport\(['"](?<name>[^'"]+)['"]\)/gm
  return [...code.matchAll(statement), ...code.matchAll(expression)]
    .map(({ groups }) => groups.name)
    .filter((name) => !name.startsWith('.'))
}

function dependencyProblems({ name, dependencies = {}, optionalDependencies = {} }) {
  const names = Object.keys({ ...dependencies, ...optionalDependencies })
  const mayDepend = (dependency) =>
    composed.includes(name) && publishable.some(({ manifest }) => manifest.name === dependency)
  return names
    .filter((dependency) => !mayDepend(dependency))
    .map((dependency) => `${name} must not depend on ${dependency} at run time`)
}

/** Unpacks with `tar`, which macOS, Linux and Windows have; names are relative, for a `C:` confuses it. */
function unpack(directory, tarball) {
  const target = tarball.replace('.tgz', '')
  mkdirSync(join(directory, target), { recursive: true })
  const { status, stderr } = spawnSync('tar', ['-xzf', tarball, '-C', target], { cwd: directory })
  if (status !== 0) throw new Error(`cannot unpack ${tarball}: ${stderr}`)
  return join(directory, target, 'package')
}
