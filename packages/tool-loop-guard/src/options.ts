import {
  type Clock,
  checkFunction,
  checkFunctions,
  checkName,
  refusal,
  systemClock,
} from '@holdfast/internal'
import { remember } from './bounded-map.ts'
import { type Budget, type BudgetOptions, checkBudgets } from './budgets.ts'
import { checkObject, checkTexts } from './check.ts'
import type { Detector } from './detector.ts'
import { DETECTORS } from './detectors/detectors.ts'
import type { ToolLoopGuardEvent } from './events.ts'
import type { GuardSnapshot, Mode } from './guard.ts'
import { checkLimits, DEFAULT_LIMITS, type LimitOptions, type Limits } from './limits.ts'
import { checkPolicy, type ToolPolicy } from './tool-policy.ts'
import { ToolView } from './tool-view.ts'

/** Options of `createToolLoopGuard`. */
export interface ToolLoopGuardOptions {
  /** Stands in the events. Default `tool-loop-guard`. */
  readonly name?: string | undefined
  /** What verdicts there are. Default `enforce`. */
  readonly mode?: Mode | undefined
  /** How much of each is too much. */
  readonly limits?: LimitOptions | undefined
  /** What a run may use. Default: no bound but that of `limits.steps`. */
  readonly budgets?: BudgetOptions | undefined
  /** What holds for single tools, by name. */
  readonly tools?: Readonly<Record<string, ToolPolicy>> | undefined
  /** Which tools there are. Default: unknown, so that their errors have to tell. */
  readonly knownTools?: readonly string[] | undefined
  /** More detectors, asked after those that are there. */
  readonly detectors?: readonly Detector[] | undefined
  /** Goes on where another guard was. */
  readonly snapshot?: GuardSnapshot | undefined
  /** Is told of each verdict but `allow`. One that throws harms nobody. */
  readonly onEvent?: ((event: ToolLoopGuardEvent) => void) | undefined
  readonly clock?: Clock | undefined
}

/** Options as they are looked at. */
export interface Settings {
  readonly name: string
  readonly limits: Limits
  readonly budgets: readonly Budget[]
  readonly detectors: readonly Detector[]
  readonly isUnknown: (tool: string) => boolean
  /** How the calls of a tool are looked at. */
  readonly viewOf: (tool: string) => ToolView
  readonly onEvent: ToolLoopGuardOptions['onEvent']
  readonly clock: Clock
}

/** @throws TypeError or RangeError naming the option that is wrong. */
export function checkOptions(options: ToolLoopGuardOptions): Settings {
  const { name = 'tool-loop-guard', knownTools, detectors = [], clock = systemClock } = options
  checkName(name)
  checkFunctions(options, 'onEvent')
  const known = checkTexts('knownTools', knownTools)
  const limits = checkLimits('limits', options.limits, DEFAULT_LIMITS)
  const viewOf = (tool: string, policy = {}): ToolView =>
    new ToolView(tool, checkPolicy(`tools.${tool}`, policy, limits))
  const tools = Object.entries(checkObject('tools', options.tools))
  const views = new Map(tools.map(([tool, policy]) => [tool, viewOf(tool, policy)]))
  const others = new Map<string, ToolView>()

  return {
    name,
    limits,
    budgets: checkBudgets(options.budgets),
    detectors: [...DETECTORS, ...checkDetectors(detectors)],
    isUnknown: (tool) => knownTools !== undefined && !known.has(tool),
    viewOf: (tool) => views.get(tool) ?? others.get(tool) ?? remember(others, tool, viewOf(tool)),
    onEvent: options.onEvent,
    clock,
  }
}

/** @throws RangeError naming the modes that there are. */
export function checkMode(mode: unknown): Mode {
  if (mode === 'off' || mode === 'warn' || mode === 'enforce') return mode
  throw refusal('mode', mode, 'one of off, warn, enforce', RangeError)
}

function checkDetectors(detectors: readonly Detector[]): readonly Detector[] {
  if (!Array.isArray(detectors)) throw refusal('detectors', detectors, 'an array')
  for (const [at, detector] of detectors.entries()) {
    const { name, detect } = checkObject<Detector>(`detectors[${at}]`, detector)
    if (typeof name !== 'string') throw refusal(`detectors[${at}].name`, name, 'a string')
    checkFunction(`detectors[${at}].detect`, detect)
  }
  return detectors
}
