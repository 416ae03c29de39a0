import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface Arguments {
  readonly json: boolean
  /** `simulator` for all scenarios, `aws` for the calm call against the account in the environment. */
  readonly endpoint: 'simulator' | 'aws'
  /** How many times as fast as the wall clock time runs. */
  readonly speed: number
  /** The model that is asked first. */
  readonly model: string | undefined
}

export const USAGE = `Usage: npm run demo -- [options]

  --json                one JSON object a line and scenario, instead of the transcript
  --speed <n>           how many times as fast as the wall clock time runs (default 20; 1 for real waits)
  --endpoint aws        only the calm call, against the AWS account in the environment
  --model <id>          with --endpoint aws: the model to ask`

/** @throws TypeError for an option that is unknown or wrong. */
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
