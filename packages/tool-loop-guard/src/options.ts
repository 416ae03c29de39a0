import {
  type Clock,
  callbackReporter,
  checkFunction,
  checkOptions,
  guardCallback,
  type OptionRules,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { remember } from './bounded-map.ts'
import { type Budget, type BudgetOptions, checkBudgets } from './budgets.ts'
import { checkTexts } from './check.ts'
import type { Detector } from './detector.ts'
import { DETECTORS } from './detectors/detectors.ts'
import type { ToolLoopGuardEvent } from './events.ts'
import type { GuardSnapshot, Mode } from './guard.ts'
import { checkLimits, DEFAULT_LIMITS, type LimitOptions, type Limits } from './limits.ts'
import { checkPolicy, type Report, type ToolPolicy } from './tool-policy.ts'
import { ToolView } from './tool-view.ts'

/** Options of `createToolLoopGuard`. */
export interface ToolLoopGuardOptions {
  /** The guard's name in events. Default `tool-loop-guard`. */
  readonly name?: string | undefined
  /** Which verdicts it gives. Default `enforce`. */
  readonly mode?: Mode | undefined
  /** The counts at which each detector warns and acts. */
  readonly limits?: LimitOptions | undefined
  /** What a run may use. Default: no bound except `limits.steps`. */
  readonly budgets?: BudgetOptions | undefined
  /** Policies for single tools, by name. */
  readonly tools?: Readonly<Record<string, ToolPolicy>> | undefined
  /** Names of the tools that exist. If you leave it out, the guard detects unknown tools from their error messages. */
  readonly knownTools?: readonly string[] | undefined
  /** Detectors of your own, which run after the built-in ones. */
  readonly detectors?: readonly Detector[] | undefined
  /** State to continue from: what `snapshot()` of another guard returned. */
  readonly snapshot?: GuardSnapshot | undefined
  /** Called for every event. Exceptions and rejections from it are ignored. */
  readonly onEvent?: ((event: ToolLoopGuardEvent) => void) | undefined
  /** The clock, for tests. Default: the system's. */
  readonly clock?: Clock | undefined
}

/** The options with their defaults. */
export interface Settings {
  readonly name: string
  readonly limits: Limits
  readonly budgets: readonly Budget[]
  readonly detectors: readonly Detector[]
  readonly isUnknown: (tool: string) => boolean
  /** How the calls of a tool are compared. */
  readonly viewOf: (tool: string) => ToolView
  readonly onEvent: ToolLoopGuardOptions['onEvent']
  readonly clock: Clock
}

const RULES = {
  name: 'string',
  mode: (_, mode) => checkMode(mode),
  limits: 'any',
  budgets: 'any',
  tools: 'any',
  knownTools: 'any',
  detectors: 'any',
  snapshot: 'any',
  onEvent: 'function',
  clock: 'any',
} satisfies OptionRules<ToolLoopGuardOptions>

/** @throws TypeError or RangeError that names the option. */
export function readOptions(options: ToolLoopGuardOptions): Settings {
  checkOptions('createToolLoopGuard', options, RULES)
  const { name = 'tool-loop-guard', knownTools, onEvent, clock = systemClock } = options
  const report = callbackReporter(name, onEvent)
  const known = checkTexts('knownTools', knownTools)
  const limits = checkLimits('limits', options.limits, DEFAULT_LIMITS)
  const viewOf = (tool: string, policy = {}): ToolView =>
    new ToolView(tool, checkPolicy(`tools.${tool}`, policy, limits, report))
  const views = new Map(
    toolEntries(options.tools).map(([tool, policy]) => [tool, viewOf(tool, policy)]),
  )
  const others = new Map<string, ToolView>()

  return {
    name,
    limits,
    budgets: checkBudgets(options.budgets),
    detectors: [...DETECTORS, ...checkDetectors(options.detectors ?? [], report)],
    isUnknown: (tool) => knownTools !== undefined && !known.has(tool),
    viewOf: (tool) => views.get(tool) ?? others.get(tool) ?? remember(others, tool, viewOf(tool)),
    onEvent,
    clock,
  }
}

/** @throws RangeError that names the modes. */
export function checkMode(mode: unknown): Mode {
  if (mode === 'off' || mode === 'warn' || mode === 'enforce') return mode
  throw refusal('mode', mode, 'one of off, warn, enforce', RangeError)
}

function toolEntries(tools: ToolLoopGuardOptions['tools'] = {}): [string, ToolPolicy][] {
  if (Object(tools) !== tools) throw refusal('tools', tools, 'an object')
  return Object.entries(tools)
}

/** The user's detectors, each guarded so that one that throws finds nothing. */
function checkDetectors(detectors: readonly Detector[], report: Report): readonly Detector[] {
  if (!Array.isArray(detectors)) throw refusal('detectors', detectors, 'an array')
  return detectors.map((detector, at) => {
    const place = `detectors[${at}]`
    if (Object(detector) !== detector) throw refusal(place, detector, 'an object')
    const { name, detect } = detector
    if (typeof name !== 'string') throw refusal(`${place}.name`, name, 'a string')
    checkFunction(`${place}.detect`, detect)
    const guarded: Detector['detect'] = (call, earlier) => detector.detect(call, earlier)
    return { name, detect: guardCallback('detect', guarded, () => undefined, report) }
  })
}
