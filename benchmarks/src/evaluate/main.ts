import { parseArgs } from 'node:util'
import { asJson, asText, type Sets } from './guard.ts'

const usage = 'Usage: npm run evaluate -- guard [--set tuning|held-out] [--json]'
const sets: Sets = ['tuning', 'held-out']

const { chosen, json } = readArguments()
console.log(json ? JSON.stringify(asJson(chosen), undefined, 2) : asText(chosen))

function readArguments(): { chosen: Sets; json: boolean } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { set: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const [name, ...more] = positionals
    if (name !== 'guard' || more.length > 0)
      throw new Error('Unknown evaluation. The only evaluation is guard.')
    const chosen = sets.filter((set) => values.set === undefined || values.set === set)
    if (chosen.length === 0) throw new Error(`Unknown set "${values.set}".`)
    return { chosen, json: values.json }
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }
}
