import { parseArgs } from 'node:util'

/** The options on the command line. */
export interface Arguments {
  readonly json: boolean
  /** `simulator` runs all scenarios. `aws` makes one call with the AWS account in the environment. */
  readonly endpoint: 'simulator' | 'aws'
  /** The factor by which the demo's clock is faster than real time. */
  readonly speed: number
  /** The first model to call. */
  readonly model: string | undefined
}

export const USAGE = `Usage: npm run demo -- [options]

  --json                prints one line of JSON per scenario instead of the transcript
  --speed <n>           runs the clock n times as fast as real time (default 20; 1 is real time)
  --endpoint aws        makes one call with the AWS account in the environment
  --model <id>          with --endpoint aws: the model to call`

/** @throws TypeError if an option is unknown or invalid. */
export function readArguments(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'boolean', default: false },
      speed: { type: 'string', default: '20' },
      endpoint: { type: 'string', default: 'simulator' },
      model: { type: 'string' },
    },
  })
  const { json, endpoint, model } = values
  const speed = Number(values.speed)
  if (!(speed >= 0.1 && speed <= 100)) {
    throw new TypeError(`--speed must be a number from 0.1 to 100, not "${values.speed}"`)
  }
  if (endpoint !== 'simulator' && endpoint !== 'aws') {
    throw new TypeError(`--endpoint must be "simulator" or "aws", not "${endpoint}"`)
  }
  return { json, endpoint, speed, model }
}
