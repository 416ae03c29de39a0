#!/usr/bin/env node
import { runCommand } from './command.ts'

const outcome = await runCommand(process.argv.slice(2), {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
})

if ('exitCode' in outcome) process.exitCode = outcome.exitCode
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void outcome.simulator.close())
  }
}
