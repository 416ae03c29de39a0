import { type Arguments, readArguments, USAGE } from './arguments.ts'
import { awsCall, runOnAws } from './aws.ts'
import { type Result, runScenario } from './scenario.ts'
import { scenarios } from './scenarios.ts'
import { createJsonTranscript, createTextTranscript } from './transcript.ts'

let options: Arguments
try {
  options = readArguments(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`)
  process.exit(2)
}

const transcript = options.json
  ? createJsonTranscript(console.log)
  : createTextTranscript(console.log)
const results: Result[] = []
if (options.endpoint === 'aws') {
  transcript.begin(awsCall, 1)
  results.push(await runOnAws(transcript, options.model))
  transcript.end(results[0] as Result)
} else {
  // A bearer token in the environment would take precedence over the simulator's credentials.
  delete process.env['AWS_BEARER_TOKEN_BEDROCK']
  transcript.note(
    `The clock runs ${options.speed} times as fast as real time. Use --speed 1 for real time.`,
  )
  for (const [index, scenario] of scenarios.entries()) {
    transcript.begin(scenario, index + 1)
    const result = await runScenario(scenario, options.speed, transcript)
    transcript.end(result)
    results.push(result)
  }
}
transcript.summary(results)
process.exitCode = results.every((result) => result.passed) ? 0 : 1
