// `node scripts/pack.mjs <directory>`: the tarball of each publishable package, as npm would get it.
// Only pnpm swaps in `publishConfig.exports` and turns `workspace:^` into a version.
import { pnpm } from './pnpm.mjs'
import { publishable } from './publishable.mjs'

const [directory] = process.argv.slice(2)
if (!directory) {
  console.error('Usage: node scripts/pack.mjs <directory>')
  process.exit(2)
}
const filters = publishable.flatMap(({ manifest }) => ['--filter', manifest.name])
pnpm([...filters, 'pack', '--pack-destination', directory])
