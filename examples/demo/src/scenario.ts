import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import {
  createResilience,
  type Resilience,
  type ResilienceEvent,
  withResilience,
} from '@holdfast/bedrock-adapter'
import { type Simulator, startSimulator } from '@holdfast/bedrock-simulator'
import { createFastClock } from './fast-clock.ts'

export const PRIMARY = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0'
export const SECONDARY = 'us.anthropic.claude-3-7-sonnet-20250219-v1:0'
const TERTIARY = 'us.anthropic.claude-3-5-sonnet-20241022-v2:0'

/** What a scenario works with: the wrapped client of the real SDK, and the simulator that it calls. */
export interface ScenarioContext {
  readonly simulator: Simulator
  readonly client: BedrockRuntimeClient
  readonly resilience: Resilience
  /** Sends a question to the primary model. Resolves to the text of the answer. */
  ask(question: string): Promise<string>
  /** Waits on the demo's clock. */
  wait(ms: number): Promise<void>
  /** The number of requests that the simulator received, in total or for one model. */
  requests(model?: string): number
  /** Adds a line to the transcript. */
  note(line: string): void
}

/** One scenario of the demo. */
export interface Scenario {
  readonly name: string
  /** What happens and what the result must be. */
  readonly description: string
  /** The types of events that the transcript shows. Default: all. */
  readonly shownEvents?: readonly ResilienceEvent['type'][]
  /** Runs the scenario. Resolves to the outcome, and rejects if the result differs from the description. */
  run(context: ScenarioContext): Promise<string>
}

/** The result of a scenario. */
export interface Result {
  readonly name: string
  readonly passed: boolean
  readonly outcome: string
  /** The model that gave the last answer. */
  readonly modelUsed: string | null
  /** The number of requests that the simulator counted; `null` if it is unknown. */
  readonly httpRequests: number | null
  readonly events: readonly ResilienceEvent[]
}

/** Receives events and notes while a scenario runs. */
export interface Observer {
  event(event: ResilienceEvent): void
  note(line: string): void
}

export async function runScenario(
  scenario: Scenario,
  speed: number,
  observer: Observer,
): Promise<Result> {
  const events: ResilienceEvent[] = []
  const clock = createFastClock(speed)
  await using simulator = await startSimulator()
  const resilience = createResilience({
    models: [PRIMARY, SECONDARY, TERTIARY],
    clock,
    onEvent(event) {
      events.push(event)
      if (scenario.shownEvents === undefined || scenario.shownEvents.includes(event.type))
        observer.event(event)
    },
  })
  const client = withResilience(new BedrockRuntimeClient(simulator.clientConfig), { resilience })
  const context: ScenarioContext = {
    simulator,
    client,
    resilience,
    async ask(question) {
      const messages = [{ role: 'user' as const, content: [{ text: question }] }]
      const { output } = await client.send(new ConverseCommand({ modelId: PRIMARY, messages }))
      return output?.message?.content?.[0]?.text ?? ''
    },
    wait: (ms) => new Promise((resolve) => void clock.setTimeout(resolve, ms)),
    requests: (model) =>
      simulator.requests.filter((request) => model === undefined || request.model === model).length,
    note: (line) => observer.note(line),
  }
  const { passed, outcome } = await scenario.run(context).then(
    (outcome) => ({ passed: true, outcome }),
    (error: Error) => ({ passed: false, outcome: `${error.name}: ${error.message}` }),
  )
  const served = events.findLast((event) => event.type === 'fallback.served')
  return {
    name: scenario.name,
    passed,
    outcome,
    modelUsed: served?.candidate ?? null,
    httpRequests: simulator.requests.length,
    events,
  }
}
