import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { documents, read, root } from './documents.ts'

/** A folder from which all packages and the SDK can be imported. */
const folder = join(root, 'benchmarks', 'src')

/** The complete examples, which start with an import. The others continue an example or show a signature. */
const examples = new Map(
  documents.flatMap((document) =>
    [...read(document).matchAll(/```ts\n(.*?)```/gs)]
      .map(([, code]) => code ?? '')
      .filter((code) => code.startsWith('import '))
      .map((code, index): [string, string] => [
        join(folder, `${document.replaceAll(/\W/g, '-')}-${index}.ts`),
        code,
      ]),
  ),
)

test('the examples of the documents compile', () => {
  expect(examples.size).toBeGreaterThan(10)
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
    customConditions: ['@holdfast/source'],
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (file) => examples.has(file) || fileExists(file)
  host.readFile = (file) => examples.get(file) ?? readFile(file)
  host.getSourceFile = (file, version, ...rest) => {
    const code = examples.get(file)
    return code === undefined
      ? getSourceFile(file, version, ...rest)
      : ts.createSourceFile(file, code, version)
  }
  const program = ts.createProgram([...examples.keys()], options, host)
  const mistakes = ts.getPreEmitDiagnostics(program).flatMap(({ file, start, messageText }) => {
    // Other files are type-checked by `npm run types`.
    const example = examples.get(file?.fileName ?? '')
    if (file === undefined || example === undefined) return []
    const line = example.slice(0, start).split('\n').length
    return `${file.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
  expect(mistakes).toEqual([])
})
