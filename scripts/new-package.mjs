// `npm run new-package -- <name> "<description>"`: creates the folder of a new published package.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm, root } from './pnpm.mjs'

const [name, description] = process.argv.slice(2)
if (!/^[a-z][a-z0-9-]*$/.test(name ?? '') || !description) {
  console.error('Usage: npm run new-package -- <kebab-case-name> "<purpose in one line>"')
  process.exit(2)
}
const folder = join(root, 'packages', name)
if (existsSync(folder)) {
  console.error(`packages/${name} already exists`)
  process.exit(2)
}

const published = { types: './dist/index.d.ts', default: './dist/index.js' }
const manifest = {
  name: `@holdfast/${name}`,
  version: '0.0.0',
  description,
  keywords: ['resilience'],
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  repository: {
    type: 'git',
    url: 'git+https://github.com/holdfast-js/holdfast.git',
    directory: `packages/${name}`,
  },
  engines: { node: '>=20.0.0' },
  files: ['dist'],
  exports: {
    '.': { '@holdfast/source': './src/index.ts', ...published },
    './package.json': './package.json',
  },
  publishConfig: {
    access: 'public',
    provenance: true,
    exports: { '.': published, './package.json': './package.json' },
  },
  scripts: { build: 'tsup --config ../../tsup.config.ts' },
}

mkdirSync(join(folder, 'src'), { recursive: true })
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
writeFileSync(
  join(folder, 'README.md'),
  `# @holdfast/${name}\n\n> ${description}\n\n## Install\n\n\`\`\`sh\nnpm install @holdfast/${name}\n\`\`\`\n`,
)
writeFileSync(join(folder, 'src', 'index.ts'), 'export {}\n')
// Without `--fix-lockfile`, pnpm does not notice a new package that has no dependencies.
pnpm(['install', '--no-frozen-lockfile', '--fix-lockfile'])
console.log(
  `Created packages/${name} and added it to the lockfile. Next: add its size budget to .size-limit.js, then run npm test.`,
)
